package dev.adit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ControlLinkTest {
  /// Control R-STR-6: nobody has signed it.
  @Test
  void countsRetryAfterUpTo300Seconds() {
    assertThat(ControlLink.counted(7)).isEqualTo(7_000_000_000L);
    assertThat(ControlLink.counted(300)).isEqualTo(300_000_000_000L);
    assertThat(ControlLink.counted(301)).isEqualTo(300_000_000_000L);
    assertThat(ControlLink.counted(Integer.MAX_VALUE)).isEqualTo(300_000_000_000L);
  }
}
