package dev.adit.wire.probe;

/// Accepts each counter once, and none that lies 2048 or more behind the highest (as RFC 6479).
public final class ReplayWindow {
  public static final int SIZE = 2048;

  // One bit per counter modulo SIZE; bits of counters that were skipped are cleared on the way up.
  private final long[] seen = new long[SIZE / 64];
  private long highest;

  /// True if `counter` is new; remembers it. Counters start at 1 and are unsigned.
  public boolean accept(long counter) {
    if (counter == 0) {
      return false;
    }
    if (Long.compareUnsigned(counter, highest) > 0) {
      clearBetween(highest, counter);
      highest = counter;
    } else if (Long.compareUnsigned(highest - counter, SIZE) >= 0 || isSet(counter)) {
      return false;
    }
    seen[word(counter)] |= 1L << counter;
    return true;
  }

  private void clearBetween(long from, long to) {
    if (Long.compareUnsigned(to - from, SIZE) >= 0) {
      java.util.Arrays.fill(seen, 0);
      return;
    }
    for (long c = from + 1; c != to; c++) {
      seen[word(c)] &= ~(1L << c);
    }
    seen[word(to)] &= ~(1L << to);
  }

  private boolean isSet(long counter) {
    return (seen[word(counter)] & 1L << counter) != 0;
  }

  private static int word(long counter) {
    return (int) (counter & SIZE - 1) >>> 6;
  }
}
