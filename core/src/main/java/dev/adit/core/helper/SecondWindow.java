package dev.adit.core.helper;

import java.util.Arrays;

/// Lets through so many in any second, wherever it begins: unlike a bucket of tokens, which allows
/// its burst on top. Confined to one thread.
public final class SecondWindow {
  private static final long SECOND = 1_000_000_000L;

  private final long[] taken; // a ring: when each of the last ones was let through
  private int oldest;

  public SecondWindow(int most) {
    if (most < 1) {
      throw new IllegalArgumentException("at least one in a second");
    }
    taken = new long[most];
    Arrays.fill(taken, Long.MIN_VALUE / 2);
  }

  /// Takes one if there is one.
  ///
  /// @param now nanoseconds, never less than before
  public boolean take(long now) {
    if (now - taken[oldest] < SECOND) {
      return false;
    }
    taken[oldest] = now;
    oldest = oldest + 1 == taken.length ? 0 : oldest + 1;
    return true;
  }
}
