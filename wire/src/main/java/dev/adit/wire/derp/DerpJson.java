package dev.adit.wire.derp;

import dev.adit.wire.MalformedException;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// Reads the flat objects inside DERP's boxes as its reference does (derp, Conventions): names
/// match in any case, unknown members are skipped, of repeated ones the last counts, `null` is as
/// good as absent, and nothing may follow the object. Stricter readers would refuse peers that
/// other relays accept, so this is not `dev.adit.wire.Json`.
final class DerpJson {
  private static final JsonFactory FACTORY = new JsonFactory();

  private DerpJson() {}

  /// Hears each member; `name` in lower case.
  interface Members {
    void member(String name, Value value) throws MalformedException;
  }

  /// One value: text, number, boolean, or null for anything else that was skipped.
  record Value(JsonToken token, @Nullable String text) {
    boolean isNull() {
      return token == JsonToken.VALUE_NULL;
    }

    boolean asBoolean(String name) throws MalformedException {
      return switch (token) {
        case VALUE_TRUE -> true;
        case VALUE_FALSE, VALUE_NULL -> false;
        default -> throw new MalformedException("DERP " + name + ": not a boolean");
      };
    }

    String asText(String name) throws MalformedException {
      if (token != JsonToken.VALUE_STRING || text == null) {
        throw new MalformedException("DERP " + name + ": not a string");
      }
      return text;
    }

    long asLong(String name) throws MalformedException {
      if (token == JsonToken.VALUE_NULL) {
        return 0;
      }
      if (token != JsonToken.VALUE_NUMBER_INT || text == null || text.length() > 20) {
        throw new MalformedException("DERP " + name + ": not an integer");
      }
      try {
        return new BigDecimal(text).longValueExact();
      } catch (ArithmeticException e) {
        throw new MalformedException("DERP " + name + ": integer out of range");
      }
    }
  }

  static void read(byte[] json, String what, Members members) throws MalformedException {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedException("DERP " + what + ": not a JSON object");
      }
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = parser.currentName().toLowerCase(java.util.Locale.ROOT);
        JsonToken token = parser.nextToken();
        if (token.isStructStart()) {
          parser.skipChildren();
          members.member(name, new Value(token, null));
        } else {
          members.member(name, new Value(token, parser.getString()));
        }
      }
      if (parser.nextToken() != null) {
        throw new MalformedException("DERP " + what + ": bytes behind the JSON object");
      }
    } catch (JacksonException e) {
      // Jackson's own message may quote the input.
      throw new MalformedException("DERP " + what + ": not valid JSON");
    }
  }
}
