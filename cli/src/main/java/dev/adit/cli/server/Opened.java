package dev.adit.cli.server;

import dev.adit.cli.output.WaitingLine;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a server has opened; closed in reverse order, once, whatever fails. Thread-safe.
final class Opened implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Opened.class);

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
        LOG.warn("{} did not close: {}", last.getClass().getSimpleName(), e.getMessage());
      }
    }
  }

  /// Waits until a signal ends this process, then closes everything and ends it with exit code 0.
  void untilSignal() {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try (var _ = WaitingLine.soon("ending; connections are asked to go elsewhere")) {
                    close();
                  }
                  // An asked-for end is no failure; without this the code would be 128 + signal.
                  Runtime.getRuntime().halt(0);
                },
                "shutdown"));
    while (true) {
      try {
        Thread.sleep(Long.MAX_VALUE);
      } catch (InterruptedException e) {
        return;
      }
    }
  }
}
