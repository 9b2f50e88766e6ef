package dev.adit.core.coordinator;

import dev.adit.crypto.VerifyingKey;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.NodeRecord;
import dev.adit.wire.control.RelayRecord;
import java.util.Collection;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Decides what an agent's report of a newer record means (control R-REC-5).
///
/// Agents never go back to a lower serial. After a restore from a backup they hold records that are
/// newer than ours; we then sign *our own* content again with a serial above theirs. Only a record
/// that we signed counts, so nobody can forge such a report.
public final class Healing {
  private static final long DAY = 24 * 3600;

  private Healing() {}

  public sealed interface Outcome {
    /// Forged, old, or about nothing we have.
    record Ignored() implements Outcome {}

    /// It is from the far future: the clock was wrong then, or is now. Wake someone.
    record Alarm(long serial) implements Outcome {}

    /// Sign our own content again, with a serial above this one.
    record Reissue(long above) implements Outcome {}
  }

  /// A record that one of our keys signed once.
  ///
  /// @param network null if it is a relay's
  /// @param id of the node or relay
  public record Held(@Nullable UUID network, UUID id, long serial, String body) {}

  /// The held record, if one of our keys signed it and it is well formed; else null.
  public static @Nullable Held verified(Envelope held, Collection<VerifyingKey> keys) {
    try {
      if (held.isSignedBy(Context.NODE, keys)) {
        var node = NodeRecord.parse(held.body());
        return new Held(node.network(), node.node(), node.serial(), held.body());
      }
      if (held.isSignedBy(Context.RELAY, keys)) {
        var relay = RelayRecord.parse(held.body());
        return new Held(null, relay.relay(), relay.serial(), held.body());
      }
      return null;
    } catch (MalformedException e) {
      return null;
    }
  }

  /// @param own the serial of our record; negative if we have none, or it is removed
  /// @param ownBody the text of our record
  public static Outcome decide(Held held, long own, String ownBody, long nowSeconds) {
    if (own < 0 || held.serial() < own || held.serial() == own && held.body().equals(ownBody)) {
      return new Outcome.Ignored();
    }
    return held.serial() > nowSeconds + DAY
        ? new Outcome.Alarm(held.serial())
        : new Outcome.Reissue(held.serial());
  }
}
