package dev.adit.cli;

import java.time.Instant;

/// Times as people write and read them.
public final class Times {
  private static final long MINUTE = 60;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;

  private Times() {}

  /// `2026-11-21 10:20:30Z`
  public static String text(long epochSeconds) {
    return Instant.ofEpochSecond(epochSeconds).toString().replace('T', ' ');
  }

  /// Seconds of `90s`, `30m`, `24h` or `7d`.
  public static long seconds(String duration) {
    int last = duration.length() - 1;
    long unit =
        switch (last < 1 ? '?' : duration.charAt(last)) {
          case 's' -> 1;
          case 'm' -> MINUTE;
          case 'h' -> HOUR;
          case 'd' -> DAY;
          default -> 0;
        };
    try {
      long number = unit == 0 ? 0 : Long.parseLong(duration.substring(0, last));
      if (number > 0) {
        return Math.multiplyExact(number, unit);
      }
    } catch (ArithmeticException | NumberFormatException e) {
      // Not a duration; said below.
    }
    throw Failure.usage("'" + duration + "' is no duration; write for example 30m, 24h or 7d");
  }
}
