package dev.adit.coordinator;

import dev.adit.net.log.LogLine;
import java.io.IOException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Does once an hour what time makes necessary: renewals, and forgetting what is old.
final class Housekeeping implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

  interface Chores {
    void run() throws IOException;
  }

  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().daemon().name("coordinator-housekeeping").factory());

  Housekeeping(Chores chores) {
    var _ =
        thread.scheduleWithFixedDelay(
            () -> {
              try {
                chores.run();
              } catch (IOException | RuntimeException e) {
                LogLine.warn(LOG, "housekeeping_failed").setCause(e).log("housekeeping failed");
              }
            },
            1,
            1,
            TimeUnit.HOURS);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
