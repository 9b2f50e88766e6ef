package dev.adit.wire.control;

import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The body of a relay's record, which a record key signs (control §5.1).
///
/// @param relay its id
/// @param description how it is reached and what it can do
/// @param networks the networks it serves; null means all, shared
/// @param issuedAt seconds since 1970
/// @param notAfter seconds since 1970, at most 7 days after; an expired one is still dialled while
///   the coordinator is away
/// @param serial rises with every new body
public record RelayRecord(
    UUID relay,
    RelayDescription description,
    @Nullable List<UUID> networks,
    long issuedAt,
    long notAfter,
    long serial) {
  private static final int MAX_NETWORKS = 256;

  /// The members this version reads, for [Critical].
  public static final Set<String> MEMBERS = members();

  public RelayRecord {
    networks = networks == null ? null : List.copyOf(networks);
  }

  /// Reads the body of an envelope; its signature is the caller's business.
  public static RelayRecord parse(String body) throws MalformedException {
    return read(Json.parseObject(body));
  }

  public static RelayRecord read(JsonObject object) throws MalformedException {
    return new RelayRecord(
        Members.id(object, "relay"),
        RelayDescription.read(object),
        object.has("networks") ? Members.ids(object, "networks", MAX_NETWORKS) : null,
        Members.seconds(object, "issuedAt"),
        Members.seconds(object, "notAfter"),
        object.integer("serial", 0, Json.MAX_INTEGER));
  }

  /// The text to sign.
  public String body() {
    var writer = new JsonWriter().beginObject().member("relay", relay.toString());
    description.write(writer);
    if (networks == null) {
      writer.member("networks", null);
    } else {
      writer.strings("networks", networks);
    }
    return writer
        .member("issuedAt", issuedAt)
        .member("notAfter", notAfter)
        .member("serial", serial)
        .endObject()
        .toString();
  }

  private static Set<String> members() {
    Set<String> members = new HashSet<>(RelayDescription.MEMBERS);
    members.addAll(List.of("relay", "networks", "issuedAt", "notAfter", "serial"));
    return Set.copyOf(members);
  }
}
