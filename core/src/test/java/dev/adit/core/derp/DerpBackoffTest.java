package dev.adit.core.derp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class DerpBackoffTest {
  private static final long MILLI = 1_000_000L;

  @Test
  void growsWithTheSquareOfTheFailuresUpToItsBoundAndBeginsAnew() {
    var random = new Random(1);
    for (int run = 0; run < 100; run++) {
      var backoff = new DerpBackoff(DerpBackoff.DEFAULT_MOST, random);
      for (int failure = 1; failure <= 40; failure++) {
        long mean = Math.min(5_000, (long) failure * failure * 10) * MILLI;
        assertThat(backoff.failed()).isBetween(mean / 2, mean * 3 / 2);
      }
      backoff.succeeded();
      assertThat(backoff.failed()).isLessThan(15 * MILLI + 1);
    }
  }
}
