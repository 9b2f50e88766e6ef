package dev.adit.systemtests.interop;

import dev.adit.net.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/// Asks again and again: real programs run beside us, so there is nothing to pass time to.
final class Waiting {
  private static final long PAUSE = 20_000_000;

  private Waiting() {}

  /// Something that files or processes answer.
  interface Question {
    boolean isSo() throws IOException;
  }

  /// @param what is made when patience has ended
  static void until(Duration patience, Supplier<String> what, Question question) {
    long end = Clock.SYSTEM.nanos() + patience.toNanos();
    try {
      while (!question.isSo()) {
        if (Clock.SYSTEM.nanos() > end) {
          throw new AssertionError("waiting for: " + what.get());
        }
        LockSupport.parkNanos(PAUSE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
