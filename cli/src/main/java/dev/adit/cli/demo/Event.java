package dev.adit.cli.demo;

import dev.adit.cli.lab.Counters;
import dev.adit.cli.lab.Lab;
import org.jspecify.annotations.Nullable;

/// What the demo tells while it runs.
sealed interface Event {
  /// The lab of this row is up; nothing runs in it yet. Whoever wants to interfere from outside (a
  /// test with a rule in the core router's namespace) does it now.
  record RowBegun(Row row, Lab lab) implements Event {}

  /// What is being done; only for people.
  record Progress(Row row, String doing) implements Event {}

  /// The row is over.
  ///
  /// @param row as expected
  /// @param measured what was measured until the end, or until it failed
  /// @param reason null if all went as expected
  record RowEnded(Row row, Measured measured, @Nullable String reason) implements Event {}

  /// All rows are over.
  record Ended(int rows, int passed) implements Event {}

  /// What was measured in one row; null where it did not come so far.
  ///
  /// @param leftPath as the left agent reports it
  /// @param rightPath as the right agent reports it
  /// @param seen the path as the routers saw it
  /// @param firstPingMillis from the exec of `adit up` on the right to the first echo reply on the
  ///   left
  /// @param directMillis from the same moment until both agents reported a direct path
  /// @param rttMicros mean of ten pings
  /// @param transferNanos from connecting to the receiver's word that all has arrived
  /// @param sha256 of the random bytes, the same at both ends
  /// @param passed what the routers counted during the transfer
  record Measured(
      @Nullable String leftPath,
      @Nullable String rightPath,
      Row.@Nullable Path seen,
      @Nullable Long firstPingMillis,
      @Nullable Long directMillis,
      @Nullable Long rttMicros,
      @Nullable Long transferNanos,
      @Nullable String sha256,
      @Nullable Counters passed) {}

  /// Takes events in order; called by one thread.
  @FunctionalInterface
  interface Listener {
    void happened(Event event);
  }
}
