package dev.adit.agent;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// What the agent logs. Thread-safe.
///
/// Loading the log's back end takes a Java machine that has just started 100 ms, in the second in
/// which the node joins. So what is said before [#open] waits in memory.
final class AgentLog {
  private static final int MAX_WAITING = 1_000;

  private static final List<Line> WAITING = new ArrayList<>();
  private static volatile boolean isOpen;
  private static boolean opening;

  private record Line(Class<?> from, Level level, String format, @Nullable Object[] arguments) {}

  private AgentLog() {}

  static void info(Class<?> from, String format, @Nullable Object... arguments) {
    log(new Line(from, Level.INFO, format, arguments));
  }

  static void warn(Class<?> from, String format, @Nullable Object... arguments) {
    log(new Line(from, Level.WARN, format, arguments));
  }

  /// A mistake of ours, with its stack trace.
  static void mistake(Class<?> from, Throwable mistake) {
    log(new Line(from, Level.ERROR, "internal error", new Object[] {mistake}));
  }

  /// The node is usable, or will not be: loads the back end on a thread of its own, which then
  /// writes what has waited.
  static synchronized void open() {
    if (!opening) {
      opening = true;
      Thread.ofPlatform().daemon().name("open-log").start(AgentLog::load);
    }
  }

  private static void load() {
    var _ = LoggerFactory.getILoggerFactory();
    writeWaiting();
  }

  /// Writes what has waited, at once: this process is about to end.
  static synchronized void writeWaiting() {
    for (Line line : WAITING) {
      write(line);
    }
    WAITING.clear();
    isOpen = true;
  }

  private static void log(Line line) {
    if (!isOpen) {
      synchronized (AgentLog.class) {
        if (!isOpen) {
          if (WAITING.size() < MAX_WAITING) {
            WAITING.add(line);
          }
          return;
        }
      }
    }
    write(line);
  }

  private static void write(Line line) {
    LoggerFactory.getLogger(line.from).atLevel(line.level).log(line.format, line.arguments);
  }
}
