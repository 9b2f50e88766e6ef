package dev.adit.core.limit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenBucketTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void givesTheBurstAtOnceAndThenItsRate() {
    var bucket = new TokenBucket(1, 3);
    int given = 0;
    for (long now = 0; now <= 10 * SECOND; now += SECOND / 10) {
      given += bucket.take(1, now) ? 1 : 0;
    }
    assertThat(given).isEqualTo(13);
  }

  @Test
  void neverHoldsMoreThanItsBurst() {
    var bucket = new TokenBucket(1, 3);
    long now = 1000 * SECOND;
    assertThat(bucket.take(4, now)).isFalse();
    assertThat(bucket.take(3, now)).isTrue();
    assertThat(bucket.take(1, now)).isFalse();
  }
}
