package dev.adit.core.coordinator;

import dev.adit.crypto.VerifyingKey;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.NodeRecord;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// Decides what an agent's report of a newer node record means (control R-REC-5).
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

    /// Our content with a serial above the held one.
    record Reissued(NodeRow node) implements Outcome {}
  }

  /// The held record, if one of our keys signed it and it is well formed; else null.
  public static @Nullable NodeRecord verified(Envelope held, Collection<VerifyingKey> keys) {
    try {
      return held.isSignedBy(Context.NODE, keys) ? NodeRecord.parse(held.body()) : null;
    } catch (MalformedException e) {
      return null;
    }
  }

  /// @param held verified
  /// @param heldBody its text
  /// @param own the node's row; null if there is none
  /// @param ownBody the text of our own record
  public static Outcome decide(
      NodeRecord held, String heldBody, @Nullable NodeRow own, String ownBody, long nowSeconds) {
    if (own == null || !own.isLive() || held.serial() < own.serial()) {
      return new Outcome.Ignored();
    }
    if (held.serial() == own.serial() && heldBody.equals(ownBody)) {
      return new Outcome.Ignored();
    }
    return held.serial() > nowSeconds + DAY
        ? new Outcome.Alarm(held.serial())
        : new Outcome.Reissued(own.above(held.serial(), nowSeconds));
  }
}
