package dev.adit.core.coordinator;

import dev.adit.crypto.Hash;
import dev.adit.wire.Text;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Makes join keys (control R-JOIN-4).
public final class JoinKeys {
  public static final int ID_BYTES = 6;
  public static final int SECRET_BYTES = 24;
  public static final int REUSABLE_USES = 100;
  public static final long DEFAULT_SECONDS = 24 * 3600;
  public static final long LONGEST_SECONDS = 366L * 24 * 3600;
  public static final int MOST_USES = 10_000;

  private JoinKeys() {}

  /// A wish for a key.
  ///
  /// @param network null for a relay that serves every network
  /// @param maxUses how many machines may join with it
  /// @param seconds how long
  public record Wish(@Nullable UUID network, JoinKeyRow.Kind kind, int maxUses, long seconds) {}

  public sealed interface Outcome {
    /// @param secret shown once, then forgotten
    record Created(JoinKeyRow row, byte[] id, byte[] secret) implements Outcome {
      @Override
      public String toString() {
        return "Created[" + row.id() + ", …]";
      }
    }

    record Refused(Refusal refusal) implements Outcome {}
  }

  /// @param random must be cryptographically secure outside of tests
  public static Outcome decide(Wish wish, long nowSeconds, RandomGenerator random) {
    if (wish.maxUses < 1 || wish.maxUses > MOST_USES) {
      String text = "uses: " + wish.maxUses + ", allowed 1 to " + MOST_USES;
      return new Outcome.Refused(Refusal.invalid(text));
    }
    if (wish.network == null && wish.kind != JoinKeyRow.Kind.RELAY) {
      return new Outcome.Refused(Refusal.invalid("a join key of a node needs a network"));
    }
    if (wish.kind == JoinKeyRow.Kind.RELAY && wish.maxUses > 1 && wish.seconds > DEFAULT_SECONDS) {
      String text = "a relay's join key of more than one use: at most 24 h";
      return new Outcome.Refused(Refusal.invalid(text));
    }
    if (wish.seconds < 1 || wish.seconds > LONGEST_SECONDS) {
      String text = "expires: in " + wish.seconds + " s, allowed 1 s to 366 days";
      return new Outcome.Refused(Refusal.invalid(text));
    }
    byte[] id = new byte[ID_BYTES];
    random.nextBytes(id);
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    var row =
        new JoinKeyRow(
            Text.b64(id),
            wish.network,
            wish.kind,
            Hash.sha256(secret),
            0,
            wish.maxUses,
            nowSeconds,
            nowSeconds + wish.seconds,
            0);
    return new Outcome.Created(row, id, secret);
  }
}
