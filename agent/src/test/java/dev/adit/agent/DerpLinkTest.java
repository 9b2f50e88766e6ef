package dev.adit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DerpLinkTest {
  private static final long MILLISECOND = 1_000_000L;

  /// Both ends of a pair must be back within 5 s of their relay's restart.
  @Test
  void asksMoreSeldomTheLongerARelayIsAway() {
    assertThat(DerpLink.meanPause(1)).isEqualTo(10 * MILLISECOND);
    assertThat(DerpLink.meanPause(5)).isEqualTo(250 * MILLISECOND);
    for (int failures = 10; failures < 60; failures++) {
      assertThat(DerpLink.meanPause(failures)).isEqualTo(1000 * MILLISECOND);
    }
    for (int failures : new int[] {60, 1_000_000, Integer.MAX_VALUE}) {
      assertThat(DerpLink.meanPause(failures)).isEqualTo(2000 * MILLISECOND);
    }
  }
}
