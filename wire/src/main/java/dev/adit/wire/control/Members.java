package dev.adit.wire.control;

import dev.adit.crypto.PublicKey;
import dev.adit.crypto.VerifyingKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Prefix;
import dev.adit.wire.Text;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Reads the kinds of members that this protocol's JSON objects share; errors name the member.
final class Members {
  static final long MAX_SECONDS = 253_402_300_799L; // the last second of the year 9999

  private Members() {}

  /// What a list's elements are made of.
  interface Element<T> {
    T read(String text) throws MalformedException;
  }

  static UUID id(JsonObject object, String name) throws MalformedException {
    return id(name, object.string(name));
  }

  static @Nullable UUID optionalId(JsonObject object, String name) throws MalformedException {
    String text = object.optionalString(name);
    return text == null ? null : id(name, text);
  }

  static List<UUID> ids(JsonObject object, String name, int max) throws MalformedException {
    return list(object, name, max, text -> id(name, text));
  }

  /// Only the canonical text: 36 characters, lower case.
  private static UUID id(String name, String text) throws MalformedException {
    try {
      UUID id = UUID.fromString(text);
      if (id.toString().equals(text)) {
        return id;
      }
    } catch (IllegalArgumentException e) {
      // refused below
    }
    throw new MalformedException("member " + name + ": not a UUID in lower case");
  }

  static long seconds(JsonObject object, String name) throws MalformedException {
    return object.integer(name, 0, MAX_SECONDS);
  }

  static byte[] b64(JsonObject object, String name, int length) throws MalformedException {
    return named(name, object.string(name), text -> Text.parseB64(text, length));
  }

  static PublicKey publicKey(JsonObject object, String name) throws MalformedException {
    return PublicKey.of(b64(object, name, PublicKey.BYTES));
  }

  static @Nullable PublicKey optionalPublicKey(JsonObject object, String name)
      throws MalformedException {
    return object.has(name) ? publicKey(object, name) : null;
  }

  static List<PublicKey> publicKeys(JsonObject object, String name, int max)
      throws MalformedException {
    return list(object, name, max, text -> PublicKey.of(Text.parseB64(text, PublicKey.BYTES)));
  }

  static VerifyingKey verifyingKey(JsonObject object, String name) throws MalformedException {
    return VerifyingKey.of(b64(object, name, VerifyingKey.BYTES));
  }

  static List<VerifyingKey> verifyingKeys(JsonObject object, String name, int max)
      throws MalformedException {
    return list(
        object, name, max, text -> VerifyingKey.of(Text.parseB64(text, VerifyingKey.BYTES)));
  }

  static List<Sha256> hashes(JsonObject object, String name, int max) throws MalformedException {
    return list(object, name, max, Sha256::parse);
  }

  static List<HttpsUrl> urls(JsonObject object, String name, int max) throws MalformedException {
    return list(object, name, max, HttpsUrl::parse);
  }

  static List<IpAddress> addresses(JsonObject object, String name, int max)
      throws MalformedException {
    return list(object, name, max, IpAddress::parse);
  }

  static @Nullable IpAddress optionalAddress(JsonObject object, String name)
      throws MalformedException {
    String text = object.optionalString(name);
    return text == null ? null : named(name, text, IpAddress::parse);
  }

  static List<Prefix> prefixes(JsonObject object, String name, int max) throws MalformedException {
    return list(object, name, max, Prefix::parse);
  }

  static Endpoint endpoint(JsonObject object, String name) throws MalformedException {
    return named(name, object.string(name), Endpoint::parse);
  }

  /// @param max largest length in characters
  static String text(JsonObject object, String name, int max) throws MalformedException {
    return bounded(name, object.string(name), max);
  }

  static @Nullable String optionalText(JsonObject object, String name, int max)
      throws MalformedException {
    String text = object.optionalString(name);
    return text == null ? null : bounded(name, text, max);
  }

  static List<String> texts(JsonObject object, String name, int max, int maxLength)
      throws MalformedException {
    return list(object, name, max, text -> bounded(name, text, maxLength));
  }

  private static String bounded(String name, String text, int max) throws MalformedException {
    if (text.length() > max) {
      throw new MalformedException(
          "member " + name + ": " + text.length() + " characters, allowed " + max);
    }
    return text;
  }

  private static <T> List<T> list(JsonObject object, String name, int max, Element<T> element)
      throws MalformedException {
    List<String> texts = object.strings(name, max);
    List<T> values = new ArrayList<>(texts.size());
    for (String text : texts) {
      values.add(named(name, text, element));
    }
    return Collections.unmodifiableList(values);
  }

  private static <T> T named(String name, String text, Element<T> element)
      throws MalformedException {
    try {
      return element.read(text);
    } catch (MalformedException e) {
      String message = String.valueOf(e.getMessage());
      throw message.startsWith("member ")
          ? e
          : new MalformedException("member " + name + ": " + message);
    }
  }
}
