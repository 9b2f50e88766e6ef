package dev.adit.core.admission;

/// How long a relay has served without a word of its coordinator (relay-rung RR-41).
public enum ContactHealth {
  /// It was heard in the last ten minutes, or there was none yet.
  GREEN(0),
  /// Nothing for ten minutes: whoever was removed since is still served.
  YELLOW(1),
  /// Four fifths of the grace time are over; at its end nobody is served.
  RED(2);

  private static final long YELLOW_SECONDS = 600;

  private final long level;

  ContactHealth(long level) {
    this.level = level;
  }

  /// For a gauge: rises with the trouble.
  public long level() {
    return level;
  }

  /// @param since seconds since the last contact; negative if there was none
  /// @param grace seconds for which the relay serves without contact; 0 for without end
  public static ContactHealth of(long since, long grace) {
    if (grace > 0 && since >= 0 && since * 5 >= grace * 4) {
      return RED;
    }
    return since >= YELLOW_SECONDS ? YELLOW : GREEN;
  }
}
