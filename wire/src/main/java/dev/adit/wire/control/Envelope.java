package dev.adit.wire.control;

import dev.adit.crypto.SigningKey;
import dev.adit.crypto.VerifyingKey;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A signed record as it travels and is stored: `{"body":"<text>","sigs":[{"key":…,"sig":…}]}`
/// (control §5.1). Immutable.
///
/// The body is kept as the text that was signed and never encoded anew. Its bytes count, not its
/// meaning: two envelopes hold the same record if their bodies are equal.
public final class Envelope {
  /// Of the body, in characters 20 to 7E.
  public static final int MAX_BODY = 16 * 1024;

  public static final int MAX_SIGNATURES = 8;
  private static final int MAX_KEY_ID = 64;

  /// One signature.
  ///
  /// @param key the id of the key that made it: a hint
  /// @param signature 64 bytes
  public record Signature(String key, byte[] signature) {}

  private final String body;
  private final List<Signature> signatures;
  private final @Nullable Object lock; // JSON of a later version: kept, passed on, not judged
  private final String json;

  private Envelope(String body, List<Signature> signatures, @Nullable Object lock) {
    this.body = body;
    this.signatures = List.copyOf(signatures);
    this.lock = lock;
    this.json = write();
  }

  /// Signs a body with one or more keys.
  public static Envelope sign(Context context, String body, SigningKey... keys) {
    checkOwn(body);
    byte[] message = context.message(body);
    List<Signature> signatures = new ArrayList<>();
    for (SigningKey key : keys) {
      signatures.add(new Signature(key.verifyingKey().keyId(), key.sign(message)));
    }
    return new Envelope(body, signatures, null);
  }

  /// Reads the JSON form from a message.
  public static Envelope read(JsonObject object) throws MalformedException {
    String body = Members.text(object, "body", MAX_BODY);
    if (!isPlain(body)) {
      throw new MalformedException("record: body holds other characters than 20 to 7E");
    }
    List<Signature> signatures = new ArrayList<>();
    for (JsonObject signature : object.objects("sigs", MAX_SIGNATURES)) {
      signatures.add(
          new Signature(
              Members.text(signature, "key", MAX_KEY_ID),
              Members.b64(signature, "sig", VerifyingKey.SIGNATURE_BYTES)));
    }
    return new Envelope(body, signatures, object.value("lock"));
  }

  /// Reads the JSON form, as [#json] writes it.
  public static Envelope parse(String json) throws MalformedException {
    return read(Json.parseObject(json));
  }

  /// True if one of the allowed keys made one of the signatures over this body in this context.
  /// Signatures of other keys do not matter.
  public boolean isSignedBy(Context context, Collection<VerifyingKey> allowed) {
    byte @Nullable [] message = null;
    for (VerifyingKey key : allowed) {
      String id = key.keyId();
      for (Signature signature : signatures) {
        if (signature.key.equals(id)) {
          message = message == null ? context.message(body) : message;
          if (key.verify(message, signature.signature)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /// The text that was signed: a JSON object.
  public String body() {
    return body;
  }

  public List<Signature> signatures() {
    return signatures;
  }

  /// The compact JSON form; made once.
  public String json() {
    return json;
  }

  private String write() {
    var writer = new JsonWriter(body.length() + 256).beginObject().member("body", body);
    writer.name("sigs").beginArray();
    for (Signature signature : signatures) {
      writer
          .beginObject()
          .member("key", signature.key)
          .member("sig", Text.b64(signature.signature))
          .endObject();
    }
    writer.endArray();
    if (lock != null) {
      writer.name("lock").value(lock);
    }
    return writer.endObject().toString();
  }

  private static void checkOwn(String body) {
    if (body.length() > MAX_BODY || !isPlain(body)) {
      throw new IllegalArgumentException("record: body is too long or not plain ASCII");
    }
  }

  private static boolean isPlain(String body) {
    for (int i = 0; i < body.length(); i++) {
      if (body.charAt(i) < ' ' || body.charAt(i) > '~') {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Envelope that && json.equals(that.json);
  }

  @Override
  public int hashCode() {
    return json.hashCode();
  }

  @Override
  public String toString() {
    return json;
  }
}
