package dev.adit.cli.launch;

import dev.adit.cli.Failure;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a daemon logs, and how: `--log-level` and `--log-format`, or `ADIT_LOG_LEVEL` and
/// `ADIT_LOG_FORMAT`. Immutable. Knows nothing of the log's back end, which is loaded later.
///
/// @param level `error`, `warn`, `info` (the default), `debug` or `trace`
/// @param format `text` (the default) or `json`
public record LogOptions(String level, String format) {
  public static final String LEVEL = "info";
  public static final String FORMAT = "text";
  static final String LEVEL_PROPERTY = "adit.log.level";
  static final String FORMAT_PROPERTY = "adit.log.format";

  private static final List<String> LEVELS = List.of("error", "warn", "info", "debug", "trace");
  private static final List<String> FORMATS = List.of("text", "json");

  public LogOptions {
    level = level.toLowerCase(Locale.ROOT);
    format = format.toLowerCase(Locale.ROOT);
    check("--log-level", level, LEVELS);
    check("--log-format", format, FORMATS);
  }

  private static void check(String option, String value, List<String> allowed) {
    if (!allowed.contains(value)) {
      throw Failure.usage(option + " " + value + ": allowed " + String.join(", ", allowed));
    }
  }

  /// From here on this process logs so. To be called before anything is logged.
  public void apply() {
    System.setProperty(LEVEL_PROPERTY, level);
    System.setProperty(FORMAT_PROPERTY, format);
  }

  /// What was applied, else what the environment says, else the default; what is wrong there counts
  /// as not said.
  static LogOptions current() {
    return new LogOptions(
        said(LEVEL_PROPERTY, "ADIT_LOG_LEVEL", LEVELS, LEVEL),
        said(FORMAT_PROPERTY, "ADIT_LOG_FORMAT", FORMATS, FORMAT));
  }

  private static String said(
      String property, String variable, List<String> allowed, String standard) {
    String applied = System.getProperty(property);
    @Nullable String said = applied == null ? System.getenv(variable) : applied;
    String value = said == null ? standard : said.toLowerCase(Locale.ROOT);
    return allowed.contains(value) ? value : standard;
  }
}
