package dev.adit.core.admission;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// RR-41.
class ContactHealthTest {
  private static final long WEEK = 7 * 86_400;

  @Test
  void isYellowFromTenMinutesAndRedFromFourFifthsOfTheGraceTime() {
    assertThat(ContactHealth.of(599, WEEK)).isEqualTo(ContactHealth.GREEN);
    assertThat(ContactHealth.of(600, WEEK)).isEqualTo(ContactHealth.YELLOW);
    assertThat(ContactHealth.of(WEEK * 4 / 5 - 1, WEEK)).isEqualTo(ContactHealth.YELLOW);
    assertThat(ContactHealth.of(WEEK * 4 / 5, WEEK)).isEqualTo(ContactHealth.RED);
  }

  @Test
  void aShortGraceTimeIsRedBeforeItIsYellow() {
    assertThat(ContactHealth.of(79, 100)).isEqualTo(ContactHealth.GREEN);
    assertThat(ContactHealth.of(80, 100)).isEqualTo(ContactHealth.RED);
  }

  @Test
  void withoutAnEndItIsNeverRedAndBeforeTheFirstContactGreen() {
    assertThat(ContactHealth.of(10 * WEEK, 0)).isEqualTo(ContactHealth.YELLOW);
    assertThat(ContactHealth.of(-1, WEEK)).isEqualTo(ContactHealth.GREEN);
  }
}
