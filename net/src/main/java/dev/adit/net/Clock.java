package dev.adit.net;

import java.time.Instant;

/// The one place where time is read. Thread-safe.
///
/// `now` of every state machine is [#nanos]: monotonic nanoseconds since process start, never
/// negative, so that plain `<` is right. Wall-clock time is a separate [Instant], only where a
/// protocol needs it.
public interface Clock {
  /// Nanoseconds since this process started; monotonic.
  long nanos();

  /// The wall clock; may jump.
  Instant wall();

  /// The machine's clock.
  Clock SYSTEM =
      new Clock() {
        private final long start = System.nanoTime();

        @Override
        public long nanos() {
          return System.nanoTime() - start;
        }

        @Override
        public Instant wall() {
          return Instant.now();
        }
      };
}
