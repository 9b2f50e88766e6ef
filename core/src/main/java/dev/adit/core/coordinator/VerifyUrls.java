package dev.adit.core.coordinator;

import dev.adit.crypto.Hash;
import dev.adit.wire.Text;
import java.util.UUID;
import java.util.random.RandomGenerator;

/// Makes URLs by which a foreign `derper` asks whom to admit (relay-rung RR-43). Whoever knows one
/// learns whether a key is of its network, so it is a secret.
public final class VerifyUrls {
  public static final int SECRET_BYTES = 16;

  /// Of one coordinator, those that were revoked aside.
  public static final int MOST = 1_000;

  private static final int ID_BYTES = 6;

  private VerifyUrls() {}

  public sealed interface Outcome {
    /// @param secret shown once, then forgotten
    record Created(VerifyUrlRow row, byte[] secret) implements Outcome {
      @Override
      public String toString() {
        return "Created[" + row.id() + ", …]";
      }
    }

    record Refused(Refusal refusal) implements Outcome {}
  }

  /// @param live how many there are that were not revoked
  /// @param random must be cryptographically secure outside of tests
  public static Outcome decide(UUID network, long live, long nowSeconds, RandomGenerator random) {
    if (live >= MOST) {
      String text = MOST + " verify URLs, no more are allowed; remove those of no use";
      return new Outcome.Refused(Refusal.invalid(text));
    }
    byte[] id = new byte[ID_BYTES];
    random.nextBytes(id);
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    var row = new VerifyUrlRow(Text.b64(id), network, Hash.sha256(secret), nowSeconds, 0);
    return new Outcome.Created(row, secret);
  }
}
