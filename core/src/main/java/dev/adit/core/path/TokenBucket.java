package dev.adit.core.path;

/// At most `burst` at once and `perSecond` in the long run (GCRA, so one number of state).
final class TokenBucket {
  private final long interval;
  private final long tolerance;
  private long due = PathTimers.LONG_AGO;

  TokenBucket(int perSecond, int burst) {
    this.interval = PathTimers.SECOND / perSecond;
    this.tolerance = interval * (burst - 1);
  }

  /// Takes one token if there is one.
  boolean take(long now) {
    if (due - now > tolerance) {
      return false;
    }
    due = Math.max(due, now) + interval;
    return true;
  }

  boolean isFull(long now) {
    return due <= now;
  }
}
