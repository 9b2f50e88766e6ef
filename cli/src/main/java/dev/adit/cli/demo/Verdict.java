package dev.adit.cli.demo;

import dev.adit.cli.demo.Row.Path;
import dev.adit.cli.lab.Counters;
import dev.adit.cli.lab.Counters.Place;
import org.jspecify.annotations.Nullable;

/// Whether a row went as expected, and if not, why. The path counts only if both agents report it
/// and the routers saw it.
///
/// @param seen the path as the routers saw it; null if they saw neither
/// @param reason null if all is as expected
record Verdict(@Nullable Path seen, @Nullable String reason) {
  /// Shares of the transferred bytes, in percent.
  private static final int CARRIED = 95;

  private static final int UNTOUCHED = 1;

  boolean isGood() {
    return reason == null;
  }

  /// Judges one row.
  ///
  /// @param left what the left agent reported when the transfer had ended, as `adit status` names
  ///   it
  /// @param right the same of the right agent
  /// @param passed what the routers counted during the transfer, which went from left to right
  /// @param bytes how much was transferred
  static Verdict of(Row row, String left, String right, Counters passed, long bytes) {
    Path seen = seen(row, passed, bytes);
    String reported = row.expected().reported();
    if (!left.equals(reported) || !right.equals(reported)) {
      String agents = left.equals(right) ? left : left + " (left) and " + right + " (right)";
      return new Verdict(seen, "agents report " + agents + ", expected " + reported);
    }
    if (seen != row.expected()) {
      return new Verdict(
          seen,
          "agents report "
              + reported
              + ", but the routers saw "
              + percent(between(row, passed), bytes)
              + " % of the transfer between the sites and "
              + percent(passed.count(Place.CORE, "l", "srv", "tcp").bytes(), bytes)
              + " % to the relay");
    }
    return new Verdict(seen, null);
  }

  private static @Nullable Path seen(Row row, Counters passed, long bytes) {
    long core =
        passed.count(Place.CORE, "l", "r").bytes()
            + passed.count(Place.CORE, "r", "l").bytes()
            + passed.count(Place.CORE, "l", "l").bytes();
    boolean coreUntouched = core * 100 < bytes * UNTOUCHED;
    boolean carried = between(row, passed) * 100 >= bytes * CARRIED;
    if (carried && (coreUntouched || !row.isSameLan())) {
      return Path.DIRECT;
    }
    boolean bridgeUntouched =
        passed.count(Place.BRIDGE, "l", "r").bytes() * 100 < bytes * UNTOUCHED;
    boolean relayed = passed.count(Place.CORE, "l", "srv", "tcp").bytes() * 100 >= bytes * CARRIED;
    return coreUntouched && bridgeUntouched && relayed ? Path.RELAY : null;
  }

  /// Bytes from left to right that no server carried.
  private static long between(Row row, Counters passed) {
    return passed.count(row.isSameLan() ? Place.BRIDGE : Place.CORE, "l", "r").bytes();
  }

  private static long percent(long part, long whole) {
    return part * 100 / whole;
  }
}
