package dev.adit.cli.server;

import dev.adit.cli.Version;
import dev.adit.cli.output.WaitingLine;
import dev.adit.net.Clock;
import dev.adit.net.log.LogLine;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a server has opened; closed in reverse order, once, whatever fails. Thread-safe.
final class OpenedParts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OpenedParts.class);

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  synchronized <T extends AutoCloseable> T add(T one) {
    opened.push(one);
    return one;
  }

  @Override
  public synchronized void close() {
    while (!opened.isEmpty()) {
      AutoCloseable last = opened.pop();
      try {
        last.close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        LogLine.warn(LOG, "close_failed")
            .addKeyValue("part", last.getClass().getSimpleName())
            .addKeyValue("reason", e.getMessage())
            .log("a part of this program did not close");
      }
    }
  }

  /// Waits until a signal ends this process, then closes everything and ends it with exit code 0.
  void untilSignal() {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  LogLine.info(LOG, "stopping").log("asked to end");
                  // Who asks a second time does not want to wait for clients to go elsewhere.
                  Signals.on(Signals.TERMINATE, () -> Runtime.getRuntime().halt(0));
                  Signals.on(Signals.INTERRUPT, () -> Runtime.getRuntime().halt(0));
                  try (var _ = WaitingLine.soon("ending; connections are asked to go elsewhere")) {
                    close();
                  }
                  // An asked-for end is no failure; without this the code would be 128 + signal.
                  Runtime.getRuntime().halt(0);
                },
                "shutdown"));
    LogLine.info(LOG, "started").addKeyValue("version", Version.number()).log("everything runs");
    var memory = new IdleMemory(Clock.SYSTEM);
    while (true) {
      try {
        Thread.sleep(IdleMemory.INTERVAL_MILLIS);
        memory.check();
      } catch (InterruptedException e) {
        return;
      }
    }
  }
}
