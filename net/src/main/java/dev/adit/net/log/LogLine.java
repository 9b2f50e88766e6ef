package dev.adit.net.log;

import org.slf4j.Logger;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/// Begins a line of the log.
///
///     LogLine.info(LOG, "node_joined").addKeyValue("node", name).log("a node joined");
///
/// Events are words with `_` between them, and stay as they are: operators search for them. The
/// sentence is for people, always the same for an event, and holds no data: those are in fields.
public final class LogLine {
  /// The field that names what happened.
  public static final String EVENT = "event";

  private LogLine() {}

  /// What a user would notice.
  public static LoggingEventBuilder info(Logger logger, String event) {
    return at(logger, Level.INFO, event);
  }

  /// What somebody should look at.
  public static LoggingEventBuilder warn(Logger logger, String event) {
    return at(logger, Level.WARN, event);
  }

  /// Something does not work any more.
  public static LoggingEventBuilder error(Logger logger, String event) {
    return at(logger, Level.ERROR, event);
  }

  public static LoggingEventBuilder at(Logger logger, Level level, String event) {
    return logger.atLevel(level).addKeyValue(EVENT, event);
  }
}
