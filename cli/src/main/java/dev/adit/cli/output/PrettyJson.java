package dev.adit.cli.output;

import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes a JSON value with two spaces of indentation, as people and `diff` like it.
final class PrettyJson {
  private PrettyJson() {}

  /// @param value as `Json` reads it; the text ends with a line end
  static String of(@Nullable Object value) {
    StringBuilder text = new StringBuilder();
    append(text, value, "\n");
    return text.append('\n').toString();
  }

  private static void append(StringBuilder text, @Nullable Object value, String newLine) {
    String inner = newLine + "  ";
    if (value instanceof JsonObject object && !object.names().isEmpty()) {
      String separator = "{";
      for (String name : object.names()) {
        text.append(separator).append(inner).append(scalar(name)).append(": ");
        append(text, object.value(name), inner);
        separator = ",";
      }
      text.append(newLine).append('}');
    } else if (value instanceof List<?> list && !list.isEmpty()) {
      String separator = "[";
      for (Object element : list) {
        text.append(separator).append(inner);
        append(text, element, inner);
        separator = ",";
      }
      text.append(newLine).append(']');
    } else {
      text.append(scalar(value));
    }
  }

  /// A string, number, boolean, null, or an empty list or object.
  static String scalar(@Nullable Object value) {
    return new JsonWriter().value(value).toString();
  }
}
