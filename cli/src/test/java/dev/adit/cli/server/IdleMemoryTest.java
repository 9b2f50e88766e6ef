package dev.adit.cli.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class IdleMemoryTest {
  private static final long MIB = 1 << 20;
  private static final double REST = 0.02;

  private final IdleMemory.Policy policy = new IdleMemory.Policy(24 * MIB);

  @Test
  void collectsOnlyAtRestAndOnlyWhatIsWorthAPause() {
    assertThat(policy.isWorthIt(24 * MIB, REST)).isFalse();
    assertThat(policy.isWorthIt(25 * MIB, REST)).isFalse();
    assertThat(policy.isWorthIt(160 * MIB, 0.5)).isFalse();
    assertThat(policy.isWorthIt(160 * MIB, REST)).isTrue();
  }

  /// The first collection after a storm may have come while its last connections were going.
  @Test
  void collectsAgainAfterOneThatGaveSomethingBackUntilOneDoesNot() {
    assertThat(policy.isWorthIt(160 * MIB, REST)).isTrue();
    policy.collected(25 * MIB);
    assertThat(policy.isWorthIt(25 * MIB, 0.5)).isFalse();
    assertThat(policy.isWorthIt(25 * MIB, REST)).isTrue();
    policy.collected(25 * MIB);
    assertThat(policy.isWorthIt(25 * MIB, REST)).isFalse();
  }

  /// All of them may stand still when the first one comes.
  @Test
  void asksForWhatIsInUseAgainButEachTimeLater() {
    assertThat(policy.isWorthIt(160 * MIB, REST)).isTrue();
    policy.collected(160 * MIB);
    for (int pause = 2; pause <= 64; pause *= 2) {
      for (int look = 1; look < pause; look++) {
        assertThat(policy.isWorthIt(160 * MIB, REST)).isFalse();
      }
      assertThat(policy.isWorthIt(160 * MIB, REST)).isTrue();
      policy.collected(160 * MIB);
    }
  }
}
