package dev.adit.cli.output;

import dev.adit.wire.JsonObject;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Writes a JSON value as YAML 1.2 in block style.
///
/// Strings stand bare only where no reader could take them for something else; all others are
/// quoted as in JSON, which YAML 1.2 reads the same way.
final class Yaml {
  private Yaml() {}

  /// @param value as `Json` reads it; the text ends with a line end
  static String of(@Nullable Object value) {
    StringBuilder text = new StringBuilder();
    append(text, value, "", true);
    return text.toString();
  }

  /// @param start true where `indent` is already written, or empty
  private static void append(
      StringBuilder text, @Nullable Object value, String indent, boolean start) {
    boolean first = start;
    if (value instanceof JsonObject object && !object.names().isEmpty()) {
      for (String name : object.names()) {
        text.append(first ? "" : indent).append(string(name)).append(':');
        member(text, object.value(name), indent);
        first = false;
      }
    } else if (value instanceof List<?> list && !list.isEmpty()) {
      for (Object element : list) {
        text.append(first ? "" : indent).append("- ");
        append(text, element, indent + "  ", true);
        first = false;
      }
    } else {
      text.append(scalar(value)).append('\n');
    }
  }

  private static void member(StringBuilder text, @Nullable Object value, String indent) {
    boolean nested =
        (value instanceof JsonObject object && !object.names().isEmpty())
            || (value instanceof List<?> list && !list.isEmpty());
    if (nested) {
      text.append('\n');
      append(text, value, indent + "  ", false);
    } else {
      text.append(' ').append(scalar(value)).append('\n');
    }
  }

  private static String scalar(@Nullable Object value) {
    return value instanceof String string ? string(string) : PrettyJson.scalar(value);
  }

  private static String string(String value) {
    return isPlain(value) ? value : PrettyJson.scalar(value);
  }

  /// A word that begins with a letter and holds nothing that means something to YAML; the words
  /// that YAML reads as a boolean or null are no plain strings.
  private static boolean isPlain(String value) {
    if (value.isEmpty() || !isLetter(value.charAt(0))) {
      return false;
    }
    for (int i = 1; i < value.length(); i++) {
      char c = value.charAt(i);
      if (!isLetter(c) && !(c >= '0' && c <= '9') && c != '-' && c != '_' && c != '.' && c != '/') {
        return false;
      }
    }
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "true", "false", "null", "yes", "no", "on", "off", "y", "n" -> false;
      default -> true;
    };
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
}
