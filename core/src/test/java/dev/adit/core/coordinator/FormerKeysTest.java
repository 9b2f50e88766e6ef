package dev.adit.core.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// RR-39: after `rekey` the old key stays for 60 s.
class FormerKeysTest {
  private static final long SECOND = 1_000_000_000L;
  private static final UUID A = new UUID(0, 1);
  private static final UUID B = new UUID(0, 2);

  private final PublicKey first = key(1);
  private final PublicKey second = key(2);
  private final PublicKey other = key(3);
  private final FormerKeys formers = new FormerKeys();

  private static PublicKey key(int seed) {
    return PrivateKey.generate(new Random(seed)).publicKey();
  }

  @Test
  void endsAfterSixtySeconds() {
    assertThat(formers.wakeAt()).isEqualTo(Long.MAX_VALUE);
    assertThat(formers.replaced(A, first, 0)).isNull();
    assertThat(formers.replaced(B, other, SECOND)).isNull();
    assertThat(formers.wakeAt()).isEqualTo(60 * SECOND);
    assertThat(formers.timeReached(60 * SECOND - 1)).isEmpty();
    assertThat(formers.timeReached(60 * SECOND)).containsExactly(first);
    assertThat(formers.timeReached(61 * SECOND)).containsExactly(other);
    assertThat(formers.timeReached(99 * SECOND)).isEmpty();
  }

  @Test
  void aNodeHasOneOnly() {
    assertThat(formers.replaced(A, first, 0)).isNull();
    assertThat(formers.replaced(A, second, SECOND)).isEqualTo(first);
    assertThat(formers.timeReached(60 * SECOND)).isEmpty();
    assertThat(formers.timeReached(61 * SECOND)).containsExactly(second);
  }

  @Test
  void endsWithItsNode() {
    assertThat(formers.replaced(A, first, 0)).isNull();
    assertThat(formers.removed(A)).isEqualTo(first);
    assertThat(formers.removed(A)).isNull();
    assertThat(formers.timeReached(99 * SECOND)).isEmpty();
  }

  @Test
  void aKeyThatIsInUseAgainDoesNotEnd() {
    assertThat(formers.replaced(A, first, 0)).isNull();
    formers.granted(first);
    assertThat(formers.replaced(A, second, SECOND)).isNull();
    assertThat(formers.timeReached(99 * SECOND)).containsExactly(second);
  }
}
