package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class TwoSamplesTest {
  private final Random random = new Random(7);

  private long[] sample(double mean, double spread) {
    return random
        .doubles(1000)
        .mapToLong(_ -> (long) (mean + spread * random.nextGaussian()))
        .toArray();
  }

  @Test
  void findsNoDifferenceWhereThereIsNone() {
    int found = 0;
    for (int i = 0; i < 1000; i++) {
      found += TwoSamples.of(sample(1000, 100), sample(1000, 100)).p() <= 0.01 ? 1 : 0;
    }
    assertThat(found).isBetween(1, 20); // 10 at most are expected
  }

  @Test
  void findsAShiftAndAnotherSpread() {
    assertThat(TwoSamples.of(sample(1000, 100), sample(1030, 100)).mannWhitney()).isLessThan(1e-4);
    assertThat(TwoSamples.of(sample(1000, 100), sample(1000, 200)).kolmogorovSmirnov())
        .isLessThan(1e-4);
  }

  @Test
  void agreesWithTablesForAKnownSample() {
    long[] a = new long[100];
    long[] b = new long[100];
    for (int i = 0; i < 100; i++) {
      a[i] = i;
      b[i] = i + 20L;
    }
    var samples = TwoSamples.of(a, b);
    assertThat(samples.kolmogorovSmirnov()).isEqualTo(0.0316, within(0.006));
    assertThat(samples.mannWhitney()).isLessThan(2e-5);
    assertThat(TwoSamples.of(a, a).p()).isEqualTo(1);
  }
}
