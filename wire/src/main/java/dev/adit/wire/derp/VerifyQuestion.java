package dev.adit.wire.derp;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import org.jspecify.annotations.Nullable;

/// What a relay asks a verify URL about a client, and the answer (derp §8.3).
///
///     {"NodePublic":"nodekey:<64 hex>","Source":"192.0.2.7"}   →   {"Allow":true}
///
/// @param source the client's IP address as text, without port; empty if it is not known
public record VerifyQuestion(PublicKey key, String source) {
  /// The longest question and the longest answer, in bytes.
  public static final int MAX_BYTES = 4096;

  private static final String PREFIX = "nodekey:";

  public String toJson() {
    return new JsonWriter()
        .beginObject()
        .member("NodePublic", PREFIX + key.toHex())
        .member("Source", source)
        .endObject()
        .toString();
  }

  /// Reads a question; members this version does not know are skipped.
  public static VerifyQuestion fromJson(byte[] json) throws MalformedException {
    var reader = new Reader();
    DerpJson.read(json, "verify question", reader);
    if (reader.key == null) {
      throw new MalformedException("DERP verify question: no NodePublic");
    }
    return new VerifyQuestion(reader.key, reader.source);
  }

  /// The answer.
  public static String answer(boolean allow) {
    return new JsonWriter().beginObject().member("Allow", allow).endObject().toString();
  }

  /// Whether an answer allows; only `true` does.
  ///
  /// @throws MalformedException if it is no JSON object
  public static boolean allows(byte[] json) throws MalformedException {
    var reader = new Reader();
    DerpJson.read(json, "verify answer", reader);
    return reader.allow;
  }

  private static final class Reader implements DerpJson.Members {
    private @Nullable PublicKey key;
    private String source = "";
    private boolean allow;

    @Override
    public void member(String name, DerpJson.Value value) throws MalformedException {
      switch (name) {
        case "nodepublic" -> key = key(value.asText("NodePublic"));
        case "source" -> source = value.isNull() ? "" : value.asText("Source");
        case "allow" -> allow = value.asBoolean("Allow");
        default -> {}
      }
    }

    private static PublicKey key(String text) throws MalformedException {
      if (!text.startsWith(PREFIX) || text.length() != PREFIX.length() + 2 * PublicKey.BYTES) {
        throw new MalformedException("DERP NodePublic: needs nodekey: and 64 hex digits");
      }
      return PublicKey.of(Text.parseHex(text.substring(PREFIX.length())));
    }
  }
}
