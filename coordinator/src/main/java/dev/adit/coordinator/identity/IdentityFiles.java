package dev.adit.coordinator.identity;

import dev.adit.core.coordinator.Serials;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.SigningKey;
import dev.adit.net.files.StateFiles;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.HttpsUrl;
import dev.adit.wire.control.Identity;
import dev.adit.wire.control.Sha256;
import dev.adit.wire.control.UuidV7;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The coordinator's keys and its identity document (control §1): made at first start, kept in the
/// state folder, the document renewed when half its time is over or what it says has changed.
///
/// The root key may be kept off line: without `root.key` the document stays as it is.
///
/// Thread-safe.
public final class IdentityFiles {
  private static final Logger LOG = LoggerFactory.getLogger(IdentityFiles.class);
  private static final long VALID_SECONDS = 400L * 24 * 3600;

  private final Path file;
  private final @Nullable SigningKey root;
  private final SigningKey recordKey;
  private final PrivateKey channelKey;
  private volatile Envelope document;
  private volatile Identity identity;

  private IdentityFiles(
      Path file,
      @Nullable SigningKey root,
      SigningKey recordKey,
      PrivateKey channelKey,
      Envelope document,
      Identity identity) {
    this.file = file;
    this.root = root;
    this.recordKey = recordKey;
    this.channelKey = channelKey;
    this.document = document;
    this.identity = identity;
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
    Path rootFile = folder.resolve("root.key");
    // A document whose root key is gone: the key is kept off line, a new one would be another root.
    byte[] rootSeed =
        stored == null ? KeyFiles.readOrMake(rootFile, random) : KeyFiles.readIfPresent(rootFile);
    SigningKey root = rootSeed == null ? null : SigningKey.of(rootSeed);
    var recordKey = SigningKey.of(KeyFiles.readOrMake(folder.resolve("record.key"), random));
    var channelKey = PrivateKey.of(KeyFiles.readOrMake(folder.resolve("channel.key"), random));
    IdentityFiles files;
    if (stored == null) {
      if (root == null) {
        throw new IllegalStateException("a root key was just made");
      }
      UUID id = UuidV7.of(nowMillis, random);
      Identity first =
          identity(id, 0, root, channelKey, recordKey, urls, tlsPins, nowMillis / 1000);
      Envelope document = Envelope.sign(Context.IDENTITY, first.body(), root);
      files = new IdentityFiles(file, root, recordKey, channelKey, document, first);
      files.store();
    } else {
      Envelope document;
      Identity identity;
      try {
        document = Envelope.parse(new String(stored, StandardCharsets.UTF_8));
        identity = Identity.parse(document.body());
      } catch (MalformedException e) {
        throw new IOException(file + ": " + e.getMessage() + "; put it back from a backup", e);
      }
      files = new IdentityFiles(file, root, recordKey, channelKey, document, identity);
      files.refresh(urls, tlsPins, nowMillis / 1000);
    }
    return files;
  }

  /// Makes a new document if half the time of this one is over, or it says something else than
  /// these arguments and our keys. Does nothing without the root key.
  public synchronized void refresh(List<HttpsUrl> urls, List<Sha256> tlsPins, long nowSeconds)
      throws IOException {
    Identity now = identity;
    boolean same =
        now.urls().equals(urls)
            && now.tlsPins().equals(tlsPins)
            && now.channelKeys().equals(List.of(channelKey.publicKey()))
            && now.recordKeys().equals(List.of(recordKey.verifyingKey()));
    if (same && now.notAfter() - nowSeconds > VALID_SECONDS / 2) {
      return;
    }
    if (root == null || !root.verifyingKey().equals(now.root())) {
      LOG.warn("the identity document should be renewed, but {} is not here", "root.key");
      return;
    }
    identity =
        identity(
            now.coordinator(),
            now.serial(),
            root,
            channelKey,
            recordKey,
            urls,
            tlsPins,
            nowSeconds);
    document = Envelope.sign(Context.IDENTITY, identity.body(), root);
    store();
  }

  private static Identity identity(
      UUID id,
      long previousSerial,
      SigningKey root,
      PrivateKey channelKey,
      SigningKey recordKey,
      List<HttpsUrl> urls,
      List<Sha256> tlsPins,
      long now) {
    return new Identity(
        id,
        Serials.next(previousSerial, now),
        now,
        now + VALID_SECONDS,
        root.verifyingKey(),
        List.of(channelKey.publicKey()),
        List.of(recordKey.verifyingKey()),
        urls,
        tlsPins);
  }

  private void store() throws IOException {
    StateFiles.write(file, document.json().getBytes(StandardCharsets.UTF_8));
  }

  /// The signed document, as `GET /adit/identity` and `welcome` show it.
  public Envelope document() {
    return document;
  }

  /// What the document says.
  public Identity identity() {
    return identity;
  }

  /// Signs records.
  public SigningKey recordKey() {
    return recordKey;
  }

  /// Noise's static key.
  public PrivateKey channelKey() {
    return channelKey;
  }
}
