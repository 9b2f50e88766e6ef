package dev.adit.wire.derp;

import dev.adit.wire.MalformedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/// A JSON value of a DERP map, read as its reference reads (derp, Conventions): members by name in
/// any case, of repeated ones the last, `null` as good as absent, numbers with fractions.
///
/// @param value `Map` by the name as it was spelt, `List`, `String`, `Double`, `Long`, `Boolean` or
///   null
record MapValue(@Nullable Object value) {
  private static final MapValue NOTHING = new MapValue(null);
  private static final int MAX_DEPTH = 16;
  private static final int MAX_STRING = 4096;
  private static final int MAX_NUMBER = 32;

  // Names are not kept in a table: whoever sends new ones all the time would fill it.
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(MAX_STRING)
                  .maxNameLength(MAX_STRING)
                  .maxNumberLength(MAX_NUMBER)
                  .build())
          .build();

  static MapValue parse(byte[] utf8) throws MalformedException {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), utf8)) {
      var value = read(parser, parser.nextToken());
      if (parser.nextToken() != null) {
        throw new MalformedException("DERP map: bytes behind the JSON value");
      }
      return value;
    } catch (JacksonException e) {
      // Jackson's own message may quote the input.
      throw new MalformedException("DERP map: not valid JSON");
    }
  }

  private static MapValue read(JsonParser parser, @Nullable JsonToken token)
      throws MalformedException {
    return switch (token) {
      case START_OBJECT -> {
        Map<String, MapValue> members = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          String name = parser.currentName();
          members.remove(name); // so that the last also comes last
          members.put(name, read(parser, parser.nextToken()));
        }
        yield new MapValue(members);
      }
      case START_ARRAY -> {
        List<MapValue> elements = new ArrayList<>();
        for (var next = parser.nextToken();
            next != JsonToken.END_ARRAY;
            next = parser.nextToken()) {
          elements.add(read(parser, next));
        }
        yield new MapValue(elements);
      }
      case VALUE_STRING -> new MapValue(parser.getString());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new MapValue(parseNumber(parser.getString()));
      case VALUE_TRUE -> new MapValue(true);
      case VALUE_FALSE -> new MapValue(false);
      case VALUE_NULL -> NOTHING;
      case null, default -> throw new MalformedException("DERP map: not valid JSON");
    };
  }

  private static Number parseNumber(String text) throws MalformedException {
    if (text.length() <= 17 && text.chars().allMatch(c -> c == '-' || c >= '0' && c <= '9')) {
      return Long.valueOf(text);
    }
    double number = Double.parseDouble(text);
    if (!Double.isFinite(number)) {
      throw new MalformedException("DERP map: a number out of range");
    }
    return number;
  }

  boolean isNull() {
    return value == null;
  }

  Members object(String what) throws MalformedException {
    if (!(value instanceof Map<?, ?> map)) {
      throw wrong(what, "an object");
    }
    Map<String, MapValue> byName = new LinkedHashMap<>();
    map.forEach(
        (name, member) -> byName.put(((String) name).toLowerCase(Locale.ROOT), (MapValue) member));
    return new Members(byName);
  }

  double number(String what) throws MalformedException {
    return switch (value) {
      case null -> 0;
      case Number number -> number.doubleValue() + 0.0; // no −0.0
      default -> throw wrong(what, "a number");
    };
  }

  private static MalformedException wrong(String what, String needed) {
    return new MalformedException("DERP map: " + what + " is not " + needed);
  }

  /// An object's members; those that are absent have their type's zero.
  record Members(Map<String, MapValue> byName) {
    MapValue value(String name) {
      return byName.getOrDefault(name.toLowerCase(Locale.ROOT), NOTHING);
    }

    /// At most 255 characters without controls.
    String text(String name) throws MalformedException {
      return switch (value(name).value) {
        case null -> "";
        case String text when DerpNode.isText(text) -> text;
        default -> throw wrong(name, "a text of at most " + DerpNode.MAX_TEXT + " characters");
      };
    }

    long integer(String name, long min, long max) throws MalformedException {
      Object value = value(name).value;
      long number = value == null ? 0 : value instanceof Long integer ? integer : Long.MIN_VALUE;
      if (number < min || number > max) {
        throw wrong(name, "an integer from " + min + " to " + max);
      }
      return number;
    }

    double number(String name) throws MalformedException {
      return value(name).number(name);
    }

    boolean flag(String name) throws MalformedException {
      return switch (value(name).value) {
        case null -> false;
        case Boolean flag -> flag;
        default -> throw wrong(name, "true or false");
      };
    }

    List<MapValue> list(String name, int max) throws MalformedException {
      Object value = value(name).value;
      if (value == null) {
        return List.of();
      }
      if (!(value instanceof List<?> list) || list.size() > max) {
        throw wrong(name, "an array of at most " + max);
      }
      return list.stream().map(MapValue.class::cast).toList();
    }

    /// The members of an object, by their names as they were spelt.
    Map<String, MapValue> entries(String name, int max) throws MalformedException {
      Object value = value(name).value;
      if (value == null) {
        return Map.of();
      }
      if (!(value instanceof Map<?, ?> map) || map.size() > max) {
        throw wrong(name, "an object of at most " + max);
      }
      Map<String, MapValue> entries = new LinkedHashMap<>();
      map.forEach((key, member) -> entries.put((String) key, (MapValue) member));
      return entries;
    }
  }
}
