package dev.adit.testkit;

/// A clock that stands still until it is told to move. Nanoseconds, from 0.
public final class ManualClock {
  private long now;

  public long now() {
    return now;
  }

  public void advance(long nanos) {
    advanceTo(now + nanos);
  }

  /// @param time not before [#now]
  public void advanceTo(long time) {
    if (time < now) {
      throw new IllegalArgumentException("clock would run backwards by " + (now - time));
    }
    now = time;
  }

  public static long millis(long milliseconds) {
    return milliseconds * 1_000_000;
  }

  public static long seconds(long seconds) {
    return seconds * 1_000_000_000;
  }
}
