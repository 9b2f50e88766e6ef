package dev.adit.coordinator.stream;

import dev.adit.net.Clock;
import dev.adit.net.log.LogLine;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The hub's thread: runs what others post, in order, and what is due.
///
/// The queue has no limit of its own: each stream has a bounded number of messages in it
/// ([AgentStream]), each API call one, each transaction one.
final class HubThread implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HubThread.class);
  private static final long LONGEST_WAIT = TimeUnit.MINUTES.toNanos(1);

  /// What is to be done at certain times.
  interface Timer {
    long wakeAt();

    void timeReached(long now);
  }

  private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final Clock clock;
  private final Timer timer;
  private final Thread thread;
  private volatile boolean running = true;

  HubThread(Clock clock, Timer timer) {
    this.clock = clock;
    this.timer = timer;
    this.thread = Thread.ofPlatform().daemon().name("coordinator-hub").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  void post(Runnable task) {
    tasks.add(task);
  }

  private void run() {
    while (running) {
      try {
        long wait = Math.min(timer.wakeAt() - clock.nanos(), LONGEST_WAIT);
        Runnable task = wait <= 0 ? tasks.poll() : tasks.poll(wait, TimeUnit.NANOSECONDS);
        if (task != null) {
          task.run();
        }
        timer.timeReached(clock.nanos());
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LogLine.error(LOG, "hub_task_failed").setCause(e).log("a task of the hub failed");
      }
    }
  }

  /// Runs what was posted before, then ends.
  @Override
  public void close() {
    post(() -> running = false);
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
