package dev.adit.cli.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class IdleMemoryTest {
  private static final long MIB = 1 << 20;

  @Test
  void collectsOnlyAtRestAndOnlyWhatIsWorthAPause() {
    assertThat(IdleMemory.isWorthIt(160 * MIB, 64 * MIB, false, 0.02)).isTrue();
    assertThat(IdleMemory.isWorthIt(160 * MIB, 64 * MIB, false, 0.5)).isFalse();
    assertThat(IdleMemory.isWorthIt(70 * MIB, 64 * MIB, false, 0.02)).isFalse();
    assertThat(IdleMemory.isWorthIt(50 * MIB, 64 * MIB, false, 0.02)).isFalse();
  }

  /// The first collection after a storm may have come while its connections were still going.
  @Test
  void collectsAgainAfterOneThatGaveSomethingBack() {
    assertThat(IdleMemory.isWorthIt(40 * MIB, 40 * MIB, true, 0.02)).isTrue();
    assertThat(IdleMemory.isWorthIt(40 * MIB, 40 * MIB, true, 0.5)).isFalse();
  }
}
