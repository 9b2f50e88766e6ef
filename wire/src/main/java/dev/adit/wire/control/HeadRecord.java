package dev.adit.wire.control;

import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Prefix;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The body of a network's head, which a record key signs anew for every revision (control §5.1).
///
/// @param network the network
/// @param name its name, at most 63 characters
/// @param revision number of changes so far
/// @param digest hash of its history, see [Revisions]
/// @param ranges 1 to 8 prefixes; nodes' addresses outside them do not count
/// @param zone its DNS zone, if any
/// @param policy hash of its policy document, if it has one
/// @param issuedAt seconds since 1970
public record HeadRecord(
    UUID network,
    String name,
    long revision,
    Sha256 digest,
    List<Prefix> ranges,
    @Nullable String zone,
    @Nullable Sha256 policy,
    long issuedAt) {
  public static final int MAX_RANGES = 8;
  private static final int MAX_NAME = 63;
  private static final int MAX_ZONE = 253;

  /// The members this version reads, for [Critical]. `lock` is known to be null.
  public static final Set<String> MEMBERS =
      Set.of("network", "name", "revision", "digest", "ranges", "zone", "policy", "issuedAt");

  public HeadRecord {
    ranges = List.copyOf(ranges);
  }

  /// Reads the body of an envelope; its signature is the caller's business.
  public static HeadRecord parse(String body) throws MalformedException {
    return read(Json.parseObject(body));
  }

  public static HeadRecord read(JsonObject object) throws MalformedException {
    return new HeadRecord(
        Members.id(object, "network"),
        Members.text(object, "name", MAX_NAME),
        object.integer("revision", 0, Json.MAX_INTEGER),
        Sha256.of(Members.b64(object, "digest", Sha256.BYTES)),
        Members.prefixes(object, "ranges", MAX_RANGES),
        Members.optionalText(object, "zone", MAX_ZONE),
        object.has("policy") ? Sha256.of(Members.b64(object, "policy", Sha256.BYTES)) : null,
        Members.seconds(object, "issuedAt"));
  }

  /// The text to sign.
  public String body() {
    return new JsonWriter()
        .beginObject()
        .member("network", network.toString())
        .member("name", name)
        .member("revision", revision)
        .member("digest", digest.toString())
        .strings("ranges", ranges)
        .member("zone", zone)
        .member("policy", policy == null ? null : policy.toString())
        .member("lock", null)
        .member("issuedAt", issuedAt)
        .endObject()
        .toString();
  }
}
