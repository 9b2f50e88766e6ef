package dev.adit.cli.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import dev.adit.net.log.LogLine;
import dev.adit.wire.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.slf4j.event.KeyValuePair;

/// Writes each log event as one line: time (UTC), level, component, event, sentence, fields.
///
///     2026-11-21T10:20:30.000Z INFO  coordinator node_joined: a node joined node=printer id=01a1…
///     {"time":"2026-11-21T10:20:30.000Z","level":"info","component":"coordinator",…}
///
/// Above DEBUG, whatever is an address, key or secret is hidden ([Redaction]). Line ends and other
/// control characters are escaped, so that nobody can write a line of his own by a name. Immutable.
public final class LineEncoder extends EncoderBase<ILoggingEvent> {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX").withZone(ZoneOffset.UTC);
  private static final String OURS = "dev.adit.";

  /// Longer texts are cut: some come from others.
  private static final int LONGEST_TEXT = 1_000;

  private static final int LONGEST_STACK = 20_000;

  private final boolean json;
  private final boolean stacks;

  /// @param json else text
  /// @param stacks whole stack traces; else an exception's class and where it came from
  public LineEncoder(boolean json, boolean stacks) {
    this.json = json;
    this.stacks = stacks;
  }

  @Override
  public byte[] headerBytes() {
    return new byte[0];
  }

  @Override
  public byte[] footerBytes() {
    return new byte[0];
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    boolean hide = event.getLevel().isGreaterOrEqual(Level.INFO);
    Map<String, String> fields = new LinkedHashMap<>();
    List<KeyValuePair> pairs = event.getKeyValuePairs();
    if (pairs != null) {
      for (KeyValuePair pair : pairs) {
        fields.put(pair.key, text(String.valueOf(pair.value), hide, LONGEST_TEXT));
      }
    }
    String name = Objects.requireNonNullElse(fields.remove(LogLine.EVENT), "");
    String sentence = text(event.getFormattedMessage(), hide, LONGEST_TEXT);
    addException(event.getThrowableProxy(), hide, fields);
    String line = json ? json(event, name, sentence, fields) : text(event, name, sentence, fields);
    return (line + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private void addException(
      @org.jspecify.annotations.Nullable IThrowableProxy thrown,
      boolean hide,
      Map<String, String> fields) {
    if (thrown == null) {
      return;
    }
    fields.put("exception", thrown.getClassName());
    for (StackTraceElementProxy step : thrown.getStackTraceElementProxyArray()) {
      StackTraceElement at = step.getStackTraceElement();
      if (at.getClassName().startsWith(OURS)) {
        fields.put("at", at.getFileName() + ":" + at.getLineNumber());
        break;
      }
    }
    if (stacks) {
      fields.put("stack", text(ThrowableProxyUtil.asString(thrown), hide, LONGEST_STACK));
    }
  }

  private static String text(String text, boolean hide, int longest) {
    String whole = text.length() > longest ? text.substring(0, longest) + "…" : text;
    return hide ? Redaction.of(whole) : whole;
  }

  private static String json(
      ILoggingEvent event, String name, String sentence, Map<String, String> fields) {
    var line =
        new JsonWriter()
            .beginObject()
            .member("time", TIME.format(Instant.ofEpochMilli(event.getTimeStamp())))
            .member("level", event.getLevel().levelStr.toLowerCase(Locale.ROOT))
            .member("component", component(event.getLoggerName()));
    if (!name.isEmpty()) {
      line.member("event", name);
    }
    line.member("message", sentence);
    fields.forEach(line::member);
    return line.endObject().toString();
  }

  private static String text(
      ILoggingEvent event, String name, String sentence, Map<String, String> fields) {
    var line = new StringBuilder(160);
    line.append(TIME.format(Instant.ofEpochMilli(event.getTimeStamp()))).append(' ');
    line.append(String.format(Locale.ROOT, "%-5s ", event.getLevel().levelStr));
    line.append(component(event.getLoggerName())).append(' ');
    line.append(name.isEmpty() ? simpleName(event.getLoggerName()) : name).append(": ");
    escape(sentence, line);
    fields.forEach((field, value) -> {
      line.append(' ').append(field).append('=');
      boolean quoted = value.isEmpty() || value.chars().anyMatch(c -> c <= ' ' || c == '"');
      if (quoted) {
        line.append('"');
        escape(value.replace("\\", "\\\\").replace("\"", "\\\""), line);
        line.append('"');
      } else {
        line.append(value);
      }
    });
    return line.toString();
  }

  private static void escape(String text, StringBuilder to) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> to.append("\\n");
        case '\t' -> to.append("\\t");
        case '\r' -> to.append("\\r");
        default -> {
          if (Character.isISOControl(c)) {
            to.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            to.append(c);
          }
        }
      }
    }
  }

  /// `coordinator` for our programs and modules; of others the first parts of their names.
  private static String component(String logger) {
    if (!logger.startsWith(OURS)) {
      int second = logger.indexOf('.', logger.indexOf('.') + 1);
      return second < 0 ? logger : logger.substring(0, second);
    }
    int end = logger.indexOf('.', OURS.length());
    return end < 0 ? logger.substring(OURS.length()) : logger.substring(OURS.length(), end);
  }

  private static String simpleName(String logger) {
    return logger.substring(logger.lastIndexOf('.') + 1);
  }
}
