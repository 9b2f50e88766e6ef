package dev.adit.core.limit;

/// Lets through `rate` per second, and `burst` at once after a rest. Confined to one thread.
///
/// Kept as the one moment at which the bucket will be full again, so nothing has to be refilled.
public final class TokenBucket {
  private static final double SECOND = 1e9;

  private final double nanosPerToken;
  private final double burstNanos;
  private double fullAt = Double.NEGATIVE_INFINITY;

  /// @param rate tokens per second, more than 0
  /// @param burst the most tokens that can be taken at once
  public TokenBucket(double rate, double burst) {
    if (!(rate > 0) || !(burst > 0)) {
      throw new IllegalArgumentException("token bucket: rate " + rate + ", burst " + burst);
    }
    this.nanosPerToken = SECOND / rate;
    this.burstNanos = burst * nanosPerToken;
  }

  /// Takes `tokens` if they are there; otherwise takes none and answers false.
  public boolean take(double tokens, long now) {
    double after = Math.max(fullAt, (double) now) + tokens * nanosPerToken;
    // Half a nanosecond forgives rounding.
    if (after > now + burstNanos + 0.5) {
      return false;
    }
    fullAt = after;
    return true;
  }

  /// Whether nothing has been taken that has not come back.
  public boolean isFull(long now) {
    return fullAt <= now;
  }
}
