package dev.adit.core.derp;

/// A token bucket that is never too empty: what was read already is charged, and the next reading
/// waits until the debt is paid. Thread-safe: charging holds a lock for a few instructions.
final class DebtBucket {
  private static final double SECOND = 1e9;

  private final double nanosPerToken;
  private final double burstNanos;
  private double fullAt = Double.NEGATIVE_INFINITY;

  /// @param perSecond tokens that come back, more than 0
  DebtBucket(double perSecond, double burst) {
    nanosPerToken = SECOND / perSecond;
    burstNanos = burst * nanosPerToken;
  }

  /// Charges `tokens`; answers from when on more may be read, `now` at the earliest.
  synchronized long charge(long tokens, long now) {
    fullAt = Math.max(fullAt, (double) now) + tokens * nanosPerToken;
    return Math.max(now, (long) Math.ceil(fullAt - burstNanos));
  }
}
