package dev.adit.wire;

import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes compact JSON: one line, no spaces, members in the order of the calls. Confined to one
/// thread, used once.
///
/// Everything but the characters 20 to 7E is escaped, so the text is ASCII and may stand in a
/// record's body (control R-REC-1). Commas come by themselves; that calls nest properly is the
/// caller's duty.
public final class JsonWriter {
  private static final String HEX = "0123456789abcdef";

  private final StringBuilder text;
  private boolean comma;

  public JsonWriter() {
    this(256);
  }

  /// @param expected characters to make room for
  public JsonWriter(int expected) {
    text = new StringBuilder(expected);
  }

  public JsonWriter beginObject() {
    separate();
    text.append('{');
    comma = false;
    return this;
  }

  public JsonWriter endObject() {
    text.append('}');
    comma = true;
    return this;
  }

  public JsonWriter beginArray() {
    separate();
    text.append('[');
    comma = false;
    return this;
  }

  public JsonWriter endArray() {
    text.append(']');
    comma = true;
    return this;
  }

  /// Begins a member; its value is the next call.
  public JsonWriter name(String name) {
    separate();
    quote(name);
    text.append(':');
    comma = false;
    return this;
  }

  public JsonWriter member(String name, @Nullable String value) {
    return name(name).value(value);
  }

  public JsonWriter member(String name, long value) {
    return name(name).value(value);
  }

  public JsonWriter member(String name, boolean value) {
    return name(name).value(value);
  }

  /// A member whose value is an array of the elements' `toString`.
  public JsonWriter strings(String name, Iterable<?> elements) {
    name(name).beginArray();
    for (Object element : elements) {
      value(element.toString());
    }
    return endArray();
  }

  public JsonWriter value(@Nullable String value) {
    separate();
    if (value == null) {
      text.append("null");
    } else {
      quote(value);
    }
    return this;
  }

  /// @param value within ±(2⁵³−1), or its reader refuses it
  public JsonWriter value(long value) {
    separate();
    text.append(value);
    return this;
  }

  /// A number with up to three decimals, for reports only: [Json#parse] refuses it.
  ///
  /// @param value not negative
  public JsonWriter thousandths(long value) {
    separate();
    text.append(value / 1_000);
    int end = text.length();
    for (long digits = value % 1_000, unit = 100; digits > 0; digits %= unit, unit /= 10) {
      text.append(text.length() == end ? "." : "").append(digits / unit);
    }
    return this;
  }

  public JsonWriter value(boolean value) {
    separate();
    text.append(value);
    return this;
  }

  /// A value as [Json#parse] makes it.
  public JsonWriter value(@Nullable Object value) {
    switch (value) {
      case null -> value((String) null);
      case String string -> value(string);
      case Long integer -> value(integer.longValue());
      case Integer integer -> value(integer.longValue());
      case Boolean bool -> value(bool.booleanValue());
      case BigDecimal decimal -> raw(decimal.toPlainString());
      case JsonObject object -> {
        beginObject();
        for (String name : object.names()) {
          name(name).value(object.value(name));
        }
        endObject();
      }
      case List<?> list -> {
        beginArray();
        for (Object element : list) {
          value(element);
        }
        endArray();
      }
      default -> throw new IllegalArgumentException("no JSON for " + value.getClass().getName());
    }
    return this;
  }

  /// A value that is JSON already.
  public JsonWriter raw(String json) {
    separate();
    text.append(json);
    return this;
  }

  /// The text so far.
  @Override
  public String toString() {
    return text.toString();
  }

  private void separate() {
    if (comma) {
      text.append(',');
    }
    comma = true;
  }

  private void quote(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c >= ' ' && c <= '~') {
        text.append(c);
      } else {
        escape(c);
      }
    }
    text.append('"');
  }

  private void escape(char c) {
    text.append("\\u")
        .append(HEX.charAt(c >> 12))
        .append(HEX.charAt(c >> 8 & 15))
        .append(HEX.charAt(c >> 4 & 15))
        .append(HEX.charAt(c & 15));
  }
}
