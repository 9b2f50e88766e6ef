package dev.adit.core.control;

import dev.adit.crypto.PublicKey;
import dev.adit.crypto.VerifyingKey;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.ControlMessage.Welcome;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.Identity;
import java.time.Instant;
import java.util.List;

/// Whom an agent takes for its coordinator: the root key it learned from its join key, the newest
/// identity document that root signed, and how far the coordinator's clock is from the local one.
///
/// A document counts only under the rules of control R-ID-2. `issuedAt` is not judged: a clock in
/// the past must not lock anybody out. One with another root counts if the trusted root signed it
/// as well as its own, which is trusted from then on (R-ID-6). Confined to one thread.
public final class TrustedCoordinator {
  private static final long DAY_SECONDS = 86_400;

  /// The answer to a document that is refused; the one held before stays.
  ///
  /// @param text a sentence for the user
  public record Refused(String text) implements Verdict {}

  /// The document is now, or was already, the one held.
  public record Accepted() implements Verdict {}

  public sealed interface Verdict {}

  private VerifyingKey root;
  private Envelope document;
  private Identity identity;
  private long offsetMs;

  private TrustedCoordinator(VerifyingKey root, Envelope document, Identity identity) {
    this.root = root;
    this.document = document;
    this.identity = identity;
  }

  /// Judges the first document seen of a coordinator, on the way of a join key.
  ///
  /// @param host for the user: how the coordinator was reached
  /// @param root the root key of the join key or of what was stored
  /// @param wallMs local wall clock, milliseconds since 1970
  /// @throws MalformedException if the document is refused; its message is a sentence for the user
  public static TrustedCoordinator first(
      String host, VerifyingKey root, Envelope document, long wallMs) throws MalformedException {
    Identity identity = verified(host, root, document);
    checkTime(host, identity, wallMs / 1000);
    return new TrustedCoordinator(identity.root(), document, identity);
  }

  /// Reads what [#json] wrote; checked again, except for time: an agent starts from its cache
  /// whatever its clock says.
  public static TrustedCoordinator restore(VerifyingKey root, String json)
      throws MalformedException {
    JsonObject object = Json.parseObject(json);
    Envelope document = Envelope.read(object.object("identity"));
    Identity identity = verified("the cache", root, document);
    var restored = new TrustedCoordinator(identity.root(), document, identity);
    restored.offsetMs = object.integer("offsetMs");
    return restored;
  }

  /// Text to store; public, but must not be changed by others.
  public String json() {
    return new JsonWriter()
        .beginObject()
        .member("offsetMs", offsetMs)
        .name("identity")
        .raw(document.json())
        .endObject()
        .toString();
  }

  /// Judges another document of the same coordinator.
  public Verdict offer(String host, Envelope offered, long wallMs) {
    try {
      Identity other = verified(host, root, offered);
      if (!other.coordinator().equals(identity.coordinator())) {
        return new Refused(host + " shows another coordinator id under the same root key");
      }
      boolean sameBody = offered.body().equals(document.body());
      if (other.serial() < identity.serial() || other.serial() == identity.serial() && !sameBody) {
        return new Refused(
            host
                + " shows identity "
                + other.serial()
                + ", older than or another than "
                + identity.serial()
                + " held here");
      }
      // An offset learned before the clock was set right must not lock out for good: only a welcome
      // could correct it, and none comes before the identity is accepted.
      checkTime(host, other, Math.min(seconds(wallMs), Math.floorDiv(wallMs, 1000L)));
      document = offered;
      identity = other;
      root = other.root();
      return new Accepted();
    } catch (MalformedException e) {
      return new Refused(String.valueOf(e.getMessage()));
    }
  }

  /// Judges a `welcome` (control R-ID-3) and learns the coordinator's clock from it (R-AG-4). When
  /// it is refused, close the stream and fetch the identity anew.
  ///
  /// @param channel the channel key the stream was made with
  /// @param roundTrip nanoseconds from `hello` to `welcome`
  public Verdict welcomed(
      String host, Welcome welcome, PublicKey channel, long wallMs, long roundTrip) {
    long learned = welcome.timeMs() + roundTrip / 2_000_000 - wallMs;
    long former = offsetMs;
    offsetMs = learned;
    Verdict verdict = offer(host, welcome.identity(), wallMs);
    if (verdict instanceof Accepted && !identity.channelKeys().contains(channel)) {
      verdict = new Refused(host + " uses a channel key that its identity does not name");
    }
    if (verdict instanceof Refused) {
      offsetMs = former;
    }
    return verdict;
  }

  private static Identity verified(String host, VerifyingKey root, Envelope document)
      throws MalformedException {
    Identity identity = Identity.parse(document.body());
    boolean sameRoot = identity.root().equals(root);
    if (!document.isSignedBy(Context.IDENTITY, List.of(root))) {
      throw new MalformedException(
          sameRoot
              ? host + " shows an identity that its root key did not sign"
              : host
                  + " is not the coordinator of this join key (expected root "
                  + root.keyId()
                  + ", found "
                  + identity.root().keyId()
                  + "): wrong address, or the server was set up anew");
    }
    if (!sameRoot && !document.isSignedBy(Context.IDENTITY, List.of(identity.root()))) {
      throw new MalformedException(host + " shows a new root key that did not sign");
    }
    return identity;
  }

  private static void checkTime(String host, Identity identity, long clock)
      throws MalformedException {
    if (clock > identity.notAfter() + DAY_SECONDS) {
      String date = Instant.ofEpochSecond(identity.notAfter()).toString().substring(0, 10);
      throw new MalformedException(
          "the identity of "
              + host
              + " ended on "
              + date
              + "; check the clock, or on the server: adit coordinator identity renew");
    }
  }

  /// Whether a root key is or was this coordinator's: so are the join keys that name it.
  public boolean hasRoot(VerifyingKey key) {
    return root.equals(key) || document.isSignedBy(Context.IDENTITY, List.of(key));
  }

  /// The root key trusted now; another one may follow.
  public VerifyingKey root() {
    return root;
  }

  public Identity identity() {
    return identity;
  }

  public Envelope document() {
    return document;
  }

  /// The key to shake hands with.
  public PublicKey channel() {
    return identity.channelKeys().getFirst();
  }

  /// The coordinator's clock minus the local one, milliseconds.
  public long offsetMs() {
    return offsetMs;
  }

  /// The coordinator's clock, seconds since 1970: with it the times in records are judged.
  public long seconds(long wallMs) {
    return Math.floorDiv(wallMs + offsetMs, 1000L);
  }
}
