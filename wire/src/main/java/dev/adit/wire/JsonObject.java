package dev.adit.wire;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One object read by [Json]. Immutable.
///
/// The getters name the member in their [MalformedException]. An absent member and one that is null
/// are the same (control R-MSG-2): the `optional…` getters answer null for both, list getters an
/// empty list, all others refuse.
public final class JsonObject {
  private final Map<String, @Nullable Object> members;

  JsonObject(Map<String, @Nullable Object> members) {
    this.members = members;
  }

  /// All names in the order they were read, also of members that are null.
  public Set<String> names() {
    return Collections.unmodifiableSet(members.keySet());
  }

  /// True if the member is there and not null.
  public boolean has(String name) {
    return members.get(name) != null;
  }

  public String string(String name) throws MalformedException {
    return required(name, optionalString(name), "a string");
  }

  public @Nullable String optionalString(String name) throws MalformedException {
    Object value = members.get(name);
    if (value == null || value instanceof String) {
      return (String) value;
    }
    throw wrong(name, value, "a string");
  }

  /// @param min smallest value allowed
  /// @param max largest value allowed
  public long integer(String name, long min, long max) throws MalformedException {
    return inRange(name, members.get(name), min, max);
  }

  /// Any integer that JSON carries.
  public long integer(String name) throws MalformedException {
    return integer(name, -Json.MAX_INTEGER, Json.MAX_INTEGER);
  }

  /// `otherwise` when absent.
  public long integerOr(String name, long otherwise, long min, long max) throws MalformedException {
    return has(name) ? integer(name, min, max) : otherwise;
  }

  /// A number of a report that has up to three decimals, times 1,000.
  public long thousandths(String name) throws MalformedException {
    Object value = members.get(name);
    if (value instanceof BigDecimal decimal) {
      return decimal.movePointRight(3).longValue();
    }
    return 1_000 * integer(name, -Json.MAX_INTEGER / 1_000, Json.MAX_INTEGER / 1_000);
  }

  public boolean bool(String name) throws MalformedException {
    Object value = members.get(name);
    if (value instanceof Boolean bool) {
      return bool;
    }
    throw wrong(name, value, "true or false");
  }

  /// `otherwise` when absent.
  public boolean boolOr(String name, boolean otherwise) throws MalformedException {
    return has(name) ? bool(name) : otherwise;
  }

  public JsonObject object(String name) throws MalformedException {
    return required(name, optionalObject(name), "an object");
  }

  public @Nullable JsonObject optionalObject(String name) throws MalformedException {
    Object value = members.get(name);
    if (value == null || value instanceof JsonObject) {
      return (JsonObject) value;
    }
    throw wrong(name, value, "an object");
  }

  /// The strings of an array; empty when absent.
  ///
  /// @param max largest number of elements allowed
  public List<String> strings(String name, int max) throws MalformedException {
    List<String> strings = new ArrayList<>();
    for (Object element : array(name, max)) {
      if (!(element instanceof String string)) {
        throw wrong(name, element, "an array of strings");
      }
      strings.add(string);
    }
    return Collections.unmodifiableList(strings);
  }

  /// The objects of an array; empty when absent.
  public List<JsonObject> objects(String name, int max) throws MalformedException {
    List<JsonObject> objects = new ArrayList<>();
    for (Object element : array(name, max)) {
      if (!(element instanceof JsonObject object)) {
        throw wrong(name, element, "an array of objects");
      }
      objects.add(object);
    }
    return Collections.unmodifiableList(objects);
  }

  /// The integers of an array; empty when absent.
  public List<Long> integers(String name, int maxCount, long min, long max)
      throws MalformedException {
    List<Long> integers = new ArrayList<>();
    for (Object element : array(name, maxCount)) {
      integers.add(inRange(name, element, min, max));
    }
    return Collections.unmodifiableList(integers);
  }

  /// The value as [Json] read it: [JsonObject], `List`, `String`, `Long`, `Boolean` or null, in a
  /// report also `BigDecimal`.
  public @Nullable Object value(String name) {
    return members.get(name);
  }

  /// Compact JSON in the order of reading.
  @Override
  public String toString() {
    return new JsonWriter().value(this).toString();
  }

  private List<@Nullable Object> array(String name, int max) throws MalformedException {
    Object value = members.get(name);
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> list)) {
      throw wrong(name, value, "an array");
    }
    if (list.size() > max) {
      throw new MalformedException(
          "member " + name + ": " + list.size() + " elements, allowed " + max);
    }
    return Collections.unmodifiableList(list);
  }

  private static long inRange(String name, @Nullable Object value, long min, long max)
      throws MalformedException {
    if (!(value instanceof Long integer)) {
      throw wrong(name, value, "an integer");
    }
    if (integer < min || integer > max) {
      throw new MalformedException(
          "member " + name + ": " + integer + ", allowed " + min + " to " + max);
    }
    return integer;
  }

  private static <T> T required(String name, @Nullable T value, String needed)
      throws MalformedException {
    if (value == null) {
      throw wrong(name, null, needed);
    }
    return value;
  }

  private static MalformedException wrong(String name, @Nullable Object value, String needed) {
    String found =
        switch (value) {
          case null -> "is missing";
          case String s -> "is a string";
          case Long l -> "is an integer";
          case BigDecimal d -> "has decimals";
          case Boolean b -> "is true or false";
          case List<?> l -> "is an array";
          default -> "is an object";
        };
    return new MalformedException("member " + name + ": " + found + ", needs " + needed);
  }
}
