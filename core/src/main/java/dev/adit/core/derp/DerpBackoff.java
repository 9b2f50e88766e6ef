package dev.adit.core.derp;

import java.util.random.RandomGenerator;

/// How long to wait before a relay is tried again: n² × 10 ms after the n-th failure in a row, at
/// most the given bound, each × 0.5 to 1.5, so that those who were cut off together do not come
/// back together (derp §11.4). Confined to one thread.
public final class DerpBackoff {
  /// Of a client that nobody waits for.
  public static final long DEFAULT_MOST = 5_000_000_000L;

  private static final long UNIT = 10_000_000L;

  private final long most;
  private final RandomGenerator random;
  private long failures;

  /// @param most the longest mean pause, nanoseconds
  public DerpBackoff(long most, RandomGenerator random) {
    this.most = most;
    this.random = random;
  }

  /// Once more it failed: nanoseconds to wait.
  public long failed() {
    failures++;
    long mean = failures > 1_000 ? most : Math.min(most, failures * failures * UNIT);
    return (long) (mean * (0.5 + random.nextDouble()));
  }

  public void succeeded() {
    failures = 0;
  }
}
