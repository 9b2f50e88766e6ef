package dev.adit.core.path;

/// When WireGuard is asked about its peers: one question for all of them at a time.
final class ReadSchedule {
  private long nextAt = PathTimers.LONG_AGO;
  private long oftenUntil = PathTimers.LONG_AGO;
  private long begunAt = PathTimers.LONG_AGO;
  private boolean underWay;

  /// Something has changed: ask often for a while.
  void often(long now) {
    oftenUntil = now + PathTimers.READ_OFTEN_FOR;
    nextAt = Math.min(nextAt, now + PathTimers.READ_OFTEN);
  }

  /// @return true if WireGuard is to be asked now
  boolean begin(boolean anyActive, long now) {
    if (now < nextAt) {
      return false;
    }
    if (underWay && now < begunAt + PathTimers.READ_LOST) {
      nextAt = begunAt + PathTimers.READ_LOST;
      return false;
    }
    underWay = true;
    begunAt = now;
    long quiet = anyActive ? PathTimers.READ_ACTIVE : PathTimers.READ_IDLE;
    nextAt = now + (now < oftenUntil ? PathTimers.READ_OFTEN : quiet);
    return true;
  }

  /// The answer has come.
  ///
  /// @return when it was asked for
  long ended(long now) {
    underWay = false;
    nextAt = Math.min(nextAt, Math.max(now, begunAt + PathTimers.READ_ACTIVE));
    return begunAt;
  }

  long wakeAt() {
    return nextAt;
  }
}
