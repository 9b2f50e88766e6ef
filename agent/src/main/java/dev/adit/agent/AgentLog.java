package dev.adit.agent;

import dev.adit.net.log.LogLine;
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

  /// @param fields names and values by turns
  private record Line(
      Class<?> from,
      Level level,
      String event,
      String sentence,
      @Nullable Throwable cause,
      @Nullable Object[] fields) {}

  private AgentLog() {}

  /// As [LogLine] has it.
  ///
  /// @param fields names and values by turns
  static void info(Class<?> from, String event, String sentence, @Nullable Object... fields) {
    log(new Line(from, Level.INFO, event, sentence, null, fields));
  }

  static void warn(Class<?> from, String event, String sentence, @Nullable Object... fields) {
    log(new Line(from, Level.WARN, event, sentence, null, fields));
  }

  /// A mistake of ours, with its stack trace.
  static void mistake(Class<?> from, Throwable mistake) {
    String sentence = "a mistake of this program";
    log(new Line(from, Level.ERROR, "internal_error", sentence, mistake, new Object[0]));
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
    var builder = LogLine.at(LoggerFactory.getLogger(line.from), line.level, line.event);
    for (int i = 0; i + 1 < line.fields.length; i += 2) {
      builder = builder.addKeyValue(String.valueOf(line.fields[i]), line.fields[i + 1]);
    }
    builder.setCause(line.cause).log(line.sentence);
  }
}
