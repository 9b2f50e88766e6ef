package dev.adit.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/// Reads JSON (RFC 8259) as strictly as control R-MSG-1 asks: UTF-8, depth at most 16, integers
/// within ±(2⁵³−1), no fractions, no name twice, strings and names of at most 65,536 characters.
///
/// What these limits leave open, the length of the whole text, is for the caller to bound before.
/// Values are [JsonObject], `List`, `String`, `Long`, `Boolean` or null. Error messages never quote
/// the text, which may hold secrets.
///
/// What our programs report to people, never to each other, may hold numbers with three decimals;
/// [#parseReport] reads these too, as `BigDecimal`.
public final class Json {
  /// The largest integer every JSON implementation holds exactly; the smallest is its negative.
  public static final long MAX_INTEGER = (1L << 53) - 1;

  public static final int MAX_DEPTH = 16;
  public static final int MAX_STRING = 64 * 1024;
  private static final int MAX_DIGITS = 17; // 16 digits and a sign
  private static final int MAX_DECIMALS = 3;

  // Names are not kept in a table: whoever sends new ones all the time would fill it.
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(MAX_STRING)
                  .maxNameLength(MAX_STRING)
                  .build())
          .build();

  private Json() {}

  /// Reads one object from UTF-8.
  public static JsonObject parseObject(byte[] utf8) throws MalformedException {
    return parseObject(decodeUtf8(utf8));
  }

  public static JsonObject parseObject(String text) throws MalformedException {
    if (parse(text) instanceof JsonObject object) {
      return object;
    }
    throw new MalformedException("JSON: not an object");
  }

  /// Reads one value of any kind.
  public static @Nullable Object parse(String text) throws MalformedException {
    return parse(text, false);
  }

  /// Reads one object in which numbers may have up to three decimals.
  public static JsonObject parseReport(String text) throws MalformedException {
    if (parse(text, true) instanceof JsonObject object) {
      return object;
    }
    throw new MalformedException("JSON: not an object");
  }

  private static @Nullable Object parse(String text, boolean decimals) throws MalformedException {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      Object value = value(parser, parser.nextToken(), 0, decimals);
      if (parser.nextToken() != null) {
        throw new MalformedException("JSON: more than one value");
      }
      return value;
    } catch (JacksonException e) {
      var at = e.getLocation();
      throw new MalformedException(
          "JSON: not valid" + (at == null ? "" : " near character " + at.getCharOffset()));
    }
  }

  /// Reads UTF-8 (RFC 3629) without replacing what is wrong.
  public static String decodeUtf8(byte[] bytes) throws MalformedException {
    String text = new String(bytes, UTF_8);
    if (!Arrays.equals(text.getBytes(UTF_8), bytes)) {
      throw new MalformedException("JSON: not UTF-8");
    }
    return text;
  }

  private static @Nullable Object value(
      JsonParser parser, @Nullable JsonToken token, int depth, boolean decimals)
      throws MalformedException {
    if (token == null) {
      throw new MalformedException("JSON: empty");
    }
    return switch (token) {
      case START_OBJECT -> object(parser, depth + 1, decimals);
      case START_ARRAY -> array(parser, depth + 1, decimals);
      case VALUE_STRING -> wellFormed(parser.getString());
      case VALUE_NUMBER_INT -> integer(parser);
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case VALUE_NUMBER_FLOAT -> decimal(parser, decimals);
      case END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
          throw new MalformedException("JSON: not valid");
    };
  }

  private static JsonObject object(JsonParser parser, int depth, boolean decimals)
      throws MalformedException {
    checkDepth(depth);
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    for (var token = parser.nextToken();
        token != JsonToken.END_OBJECT;
        token = parser.nextToken()) {
      String name = wellFormed(parser.currentName());
      if (members.containsKey(name)) {
        throw new MalformedException("JSON: a name stands twice in one object");
      }
      members.put(name, value(parser, parser.nextToken(), depth, decimals));
    }
    return new JsonObject(members);
  }

  private static List<@Nullable Object> array(JsonParser parser, int depth, boolean decimals)
      throws MalformedException {
    checkDepth(depth);
    List<@Nullable Object> elements = new ArrayList<>();
    for (var token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
      elements.add(value(parser, token, depth, decimals));
    }
    return Collections.unmodifiableList(elements);
  }

  private static void checkDepth(int depth) throws MalformedException {
    if (depth > MAX_DEPTH) {
      throw new MalformedException("JSON: deeper than " + MAX_DEPTH);
    }
  }

  private static Long integer(JsonParser parser) throws MalformedException {
    if (parser.getStringLength() <= MAX_DIGITS) {
      long value = parser.getLongValue();
      if (value >= -MAX_INTEGER && value <= MAX_INTEGER) {
        return value;
      }
    }
    throw new MalformedException("JSON: integer beyond ±(2^53−1)");
  }

  private static BigDecimal decimal(JsonParser parser, boolean allowed) throws MalformedException {
    if (!allowed) {
      throw new MalformedException("JSON: a fraction or exponent, allowed are integers");
    }
    String text = parser.getString();
    int point = text.indexOf('.');
    boolean plain = text.indexOf('e') < 0 && text.indexOf('E') < 0;
    if (plain && point <= MAX_DIGITS && text.length() - point - 1 <= MAX_DECIMALS) {
      return new BigDecimal(text);
    }
    throw new MalformedException("JSON: an exponent, or more than three decimals");
  }

  /// Refuses half a surrogate pair, which an escape can spell but UTF-8 cannot.
  private static String wellFormed(String text) throws MalformedException {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          throw new MalformedException("JSON: half a surrogate pair");
        }
        i++;
      }
    }
    return text;
  }
}
