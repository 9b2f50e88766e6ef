package dev.adit.coordinator.identity;

import dev.adit.core.coordinator.Serials;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.crypto.SigningKey;
import dev.adit.crypto.VerifyingKey;
import dev.adit.net.files.StateFiles;
import dev.adit.net.log.LogLine;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.HttpsUrl;
import dev.adit.wire.control.Identity;
import dev.adit.wire.control.Sha256;
import dev.adit.wire.control.UuidV7;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The coordinator's keys and its identity document (control §1): made at first start, kept in the
/// state folder, the document renewed when half its time is over or what it says has changed.
///
///     identity.json           the signed document
///     root.key                signs it; may be kept off line, then the document stays as it is
///     channel.key, record.key and what they replaced: see KeyRing
///     former-record-keys      public keys with which records were signed once, a line each
///
/// Replaced channel keys count for 30 days, record keys for 7. Thread-safe.
public final class IdentityFiles {
  private static final Logger LOG = LoggerFactory.getLogger(IdentityFiles.class);
  private static final long DAY_SECONDS = 24L * 3600;
  private static final long VALID_SECONDS = 400 * DAY_SECONDS;
  private static final long FORMER_CHANNEL_SECONDS = 30 * DAY_SECONDS;
  private static final long FORMER_RECORD_SECONDS = 7 * DAY_SECONDS;
  private static final int LARGEST_LIST = 1 << 20;

  /// Which key to replace.
  public enum Role {
    /// Noise's static key.
    CHANNEL,
    /// Signs records.
    RECORD
  }

  /// What an administrator asked for cannot be done.
  public static final class NoRootKeyException extends IOException {
    private static final long serialVersionUID = 1L;

    private NoRootKeyException(Path file) {
      super(file + " is not here, or another coordinator's; put it back, then try again");
    }
  }

  private final Path folder;
  private final KeyRing channel;
  private final KeyRing record;
  private final LinkedHashSet<VerifyingKey> formerRecordKeys = new LinkedHashSet<>();
  private volatile List<PrivateKey> channelKeys = List.of();
  private volatile List<SigningKey> recordKeys = List.of();
  private volatile Envelope document;
  private volatile Identity identity;

  private IdentityFiles(
      Path folder, KeyRing channel, KeyRing record, Envelope document, Identity identity) {
    this.folder = folder;
    this.channel = channel;
    this.record = record;
    this.document = document;
    this.identity = identity;
    readRings();
  }

  /// Opens what is in `folder`, or makes it.
  ///
  /// @param urls 1 to 16; the first one goes into keys
  /// @param nowMillis wall clock
  public static IdentityFiles open(
      Path folder,
      List<HttpsUrl> urls,
      List<Sha256> tlsPins,
      long nowMillis,
      RandomGenerator random)
      throws IOException {
    StateFiles.createFolder(folder);
    Path file = folder.resolve("identity.json");
    byte[] stored = StateFiles.readIfPresent(file, Identity.MAX_DOCUMENT_BYTES);
    KeyRing channel = KeyRing.open(folder, "channel", random);
    KeyRing record = KeyRing.open(folder, "record", random);
    IdentityFiles files;
    if (stored == null) {
      SigningKey root = SigningKey.of(KeyFiles.readOrMake(folder.resolve("root.key"), random));
      var before = // serial 0, as if there had been one
          new Identity(
              UuidV7.of(nowMillis, random),
              0,
              0,
              0,
              root.verifyingKey(),
              List.of(PrivateKey.of(channel.seeds().getFirst()).publicKey()),
              List.of(SigningKey.of(record.seeds().getFirst()).verifyingKey()),
              urls,
              tlsPins);
      Envelope unsaid = Envelope.sign(Context.IDENTITY, before.body(), root);
      files = new IdentityFiles(folder, channel, record, unsaid, before);
      files.sign(root, urls, tlsPins, nowMillis / 1000);
    } else {
      // Without a root key this one is kept off line: a new one would be another root.
      try {
        Envelope document = Envelope.parse(new String(stored, StandardCharsets.UTF_8));
        Identity identity = Identity.parse(document.body());
        files = new IdentityFiles(folder, channel, record, document, identity);
      } catch (MalformedException e) {
        throw new IOException(file + ": " + e.getMessage() + "; put it back from a backup", e);
      }
      files.readFormerRecordKeys();
      files.refresh(urls, tlsPins, nowMillis / 1000);
    }
    return files;
  }

  /// Lets keys go that have ended, and makes a new document if half the time of this one is over,
  /// or it says something else than these arguments and our keys. Does nothing without the root
  /// key.
  ///
  /// @return whether there is a new document
  public synchronized boolean refresh(List<HttpsUrl> urls, List<Sha256> tlsPins, long nowSeconds)
      throws IOException {
    SigningKey root = root();
    if (root != null) {
      retire(1, Identity.MAX_RECORD_KEYS - 1, nowSeconds);
    }
    Identity now = identity;
    boolean same =
        now.urls().equals(urls)
            && now.tlsPins().equals(tlsPins)
            && now.channelKeys().equals(publicChannelKeys())
            && now.recordKeys().equals(publicRecordKeys());
    if (same && now.notAfter() - nowSeconds > VALID_SECONDS / 2) {
      return false;
    }
    if (root == null) {
      LogLine.warn(LOG, "root_key_missing")
          .log("the identity document should be renewed, but root.key is not here");
      return false;
    }
    sign(root, urls, tlsPins, nowSeconds);
    return true;
  }

  /// Makes a new document now.
  ///
  /// @throws NoRootKeyException if the root key is kept elsewhere
  public synchronized void renew(long nowSeconds) throws IOException {
    sign(neededRoot(), identity.urls(), identity.tlsPins(), nowSeconds);
  }

  /// Puts a new key in force and makes a new document; the replaced key counts for its time. Of
  /// channel keys only one former one counts (control §1), of record keys three.
  ///
  /// @throws NoRootKeyException if the root key is kept elsewhere
  public synchronized void replace(Role role, long nowSeconds, RandomGenerator random)
      throws IOException {
    SigningKey root = neededRoot();
    switch (role) {
      case CHANNEL -> channel.replace(nowSeconds + FORMER_CHANNEL_SECONDS, random);
      case RECORD -> {
        formerRecordKeys.add(recordKeys.getFirst().verifyingKey());
        writeFormerRecordKeys();
        record.replace(nowSeconds + FORMER_RECORD_SECONDS, random);
      }
    }
    retire(1, Identity.MAX_RECORD_KEYS - 1, nowSeconds);
    readRings();
    sign(root, identity.urls(), identity.tlsPins(), nowSeconds);
  }

  /// Former keys count no longer, from now on: after a theft.
  ///
  /// @throws NoRootKeyException if the root key is kept elsewhere
  public synchronized void dropFormer(long nowSeconds) throws IOException {
    SigningKey root = neededRoot();
    retire(0, 0, nowSeconds);
    sign(root, identity.urls(), identity.tlsPins(), nowSeconds);
  }

  private void retire(int channels, int records, long nowSeconds) throws IOException {
    boolean any = channel.retire(channels, nowSeconds);
    any |= record.retire(records, nowSeconds);
    if (any) {
      readRings();
    }
  }

  private void readRings() {
    channelKeys = channel.seeds().stream().map(PrivateKey::of).toList();
    recordKeys = record.seeds().stream().map(SigningKey::of).toList();
  }

  /// The root key, read when it is needed: who keeps it elsewhere puts it here for a moment.
  private @Nullable SigningKey root() throws IOException {
    byte[] seed = KeyFiles.readIfPresent(folder.resolve("root.key"));
    SigningKey root = seed == null ? null : SigningKey.of(seed);
    return root != null && root.verifyingKey().equals(identity.root()) ? root : null;
  }

  private SigningKey neededRoot() throws IOException {
    SigningKey root = root();
    if (root == null) {
      throw new NoRootKeyException(folder.resolve("root.key"));
    }
    return root;
  }

  private void sign(SigningKey root, List<HttpsUrl> urls, List<Sha256> tlsPins, long nowSeconds)
      throws IOException {
    var next =
        new Identity(
            identity.coordinator(),
            Serials.next(identity.serial(), nowSeconds),
            nowSeconds,
            nowSeconds + VALID_SECONDS,
            root.verifyingKey(),
            publicChannelKeys(),
            publicRecordKeys(),
            urls,
            tlsPins);
    Envelope signed = Envelope.sign(Context.IDENTITY, next.body(), root);
    byte[] json = signed.json().getBytes(StandardCharsets.UTF_8);
    StateFiles.write(folder.resolve("identity.json"), json);
    document = signed;
    identity = next;
  }

  private List<PublicKey> publicChannelKeys() {
    return channelKeys.stream().map(PrivateKey::publicKey).toList();
  }

  private List<VerifyingKey> publicRecordKeys() {
    return recordKeys.stream().map(SigningKey::verifyingKey).toList();
  }

  private void readFormerRecordKeys() throws IOException {
    byte[] lines = StateFiles.readIfPresent(folder.resolve("former-record-keys"), LARGEST_LIST);
    if (lines == null) {
      return;
    }
    for (String line : new String(lines, StandardCharsets.US_ASCII).lines().toList()) {
      try {
        formerRecordKeys.add(VerifyingKey.of(Text.parseB64(line, 32)));
      } catch (MalformedException e) {
        LogLine.warn(LOG, "former_key_bad").log("former-record-keys: a line is no key; left out");
      }
    }
  }

  private void writeFormerRecordKeys() throws IOException {
    var lines = new StringBuilder();
    for (VerifyingKey key : formerRecordKeys) {
      lines.append(key.toB64()).append('\n');
    }
    StateFiles.write(
        folder.resolve("former-record-keys"), lines.toString().getBytes(StandardCharsets.US_ASCII));
  }

  /// The signed document, as `GET /adit/identity` and `welcome` show it.
  public Envelope document() {
    return document;
  }

  /// What the document says.
  public Identity identity() {
    return identity;
  }

  /// Sign records: the one in force, then the former ones that still count.
  public List<SigningKey> recordKeys() {
    return recordKeys;
  }

  /// Every key with which a record was ever signed here, for reports of records that an older
  /// backup does not know (control R-REC-5).
  public synchronized List<VerifyingKey> everyRecordKey() {
    var all = new LinkedHashSet<>(publicRecordKeys());
    all.addAll(formerRecordKeys);
    return List.copyOf(all);
  }

  /// Noise's static keys: the one in force, then a former one while it counts.
  public List<PrivateKey> channelKeys() {
    return channelKeys;
  }
}
