package dev.adit.wire.control;

import dev.adit.crypto.PublicKey;
import dev.adit.crypto.VerifyingKey;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/// The body of a coordinator's identity document, which its root key signs (control §1).
///
/// @param coordinator the id that never changes
/// @param serial rises with every new body
/// @param issuedAt seconds since 1970; not judged by agents
/// @param notAfter seconds since 1970
/// @param root the key that signs this document
/// @param channelKeys 1 or 2 Noise static keys; agents use the first
/// @param recordKeys 1 to 4 keys that sign records
/// @param urls 1 to 16 places where the coordinator is reached
/// @param tlsPins at most 8; for the API only
public record Identity(
    UUID coordinator,
    long serial,
    long issuedAt,
    long notAfter,
    VerifyingKey root,
    List<PublicKey> channelKeys,
    List<VerifyingKey> recordKeys,
    List<HttpsUrl> urls,
    List<Sha256> tlsPins) {
  public static final int MAX_CHANNEL_KEYS = 2;
  public static final int MAX_RECORD_KEYS = 4;
  public static final int MAX_URLS = 16;
  public static final int MAX_TLS_PINS = 8;

  /// Of the whole answer to `GET /adit/identity`, in bytes (control R-ID-1).
  public static final int MAX_DOCUMENT_BYTES = 16 * 1024;

  /// The members this version reads, for [Critical].
  public static final Set<String> MEMBERS =
      Set.of(
          "coordinator",
          "serial",
          "issuedAt",
          "notAfter",
          "root",
          "channelKeys",
          "recordKeys",
          "urls",
          "tlsPins");

  public Identity {
    channelKeys = List.copyOf(channelKeys);
    recordKeys = List.copyOf(recordKeys);
    urls = List.copyOf(urls);
    tlsPins = List.copyOf(tlsPins);
    if (channelKeys.isEmpty() || recordKeys.isEmpty() || urls.isEmpty()) {
      throw new IllegalArgumentException("identity: needs a channel key, a record key and a URL");
    }
  }

  /// Reads the body of an envelope; its signature is the caller's business.
  public static Identity parse(String body) throws MalformedException {
    JsonObject object = Json.parseObject(body);
    String critical = Critical.notUnderstood(object, MEMBERS);
    if (critical != null) {
      throw new MalformedException("identity: member " + critical + " needs a newer version");
    }
    List<PublicKey> channelKeys = Members.publicKeys(object, "channelKeys", MAX_CHANNEL_KEYS);
    List<VerifyingKey> recordKeys = Members.verifyingKeys(object, "recordKeys", MAX_RECORD_KEYS);
    List<HttpsUrl> urls = Members.urls(object, "urls", MAX_URLS);
    if (channelKeys.isEmpty() || recordKeys.isEmpty() || urls.isEmpty()) {
      throw new MalformedException("identity: needs a channel key, a record key and a URL");
    }
    return new Identity(
        Members.id(object, "coordinator"),
        object.integer("serial", 0, Json.MAX_INTEGER),
        Members.seconds(object, "issuedAt"),
        Members.seconds(object, "notAfter"),
        Members.verifyingKey(object, "root"),
        channelKeys,
        recordKeys,
        urls,
        Members.hashes(object, "tlsPins", MAX_TLS_PINS));
  }

  /// The text to sign.
  public String body() {
    var writer =
        new JsonWriter()
            .beginObject()
            .member("coordinator", coordinator.toString())
            .member("serial", serial)
            .member("issuedAt", issuedAt)
            .member("notAfter", notAfter)
            .member("root", root.toB64());
    writer.name("channelKeys").beginArray();
    for (PublicKey key : channelKeys) {
      writer.value(key.toB64());
    }
    writer.endArray().name("recordKeys").beginArray();
    for (VerifyingKey key : recordKeys) {
      writer.value(key.toB64());
    }
    return writer
        .endArray()
        .strings("urls", urls)
        .strings("tlsPins", tlsPins)
        .endObject()
        .toString();
  }
}
