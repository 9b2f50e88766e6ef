package dev.adit.wire.control;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Prefix;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The body of a node's record, which a record key signs (control §5.1).
///
/// @param network the network it is a member of
/// @param node its id, which outlives its key
/// @param key its WireGuard key
/// @param proven whether it has shown that it holds the private key
/// @param name a DNS label
/// @param addresses 1 to 8 overlay addresses
/// @param routes at most 64 prefixes it forwards; empty in this version
/// @param tags at most 32; empty in this version
/// @param owner id of its user, if any
/// @param issuedAt seconds since 1970
/// @param notAfter seconds since 1970; 0 means never
/// @param serial rises with every new body
public record NodeRecord(
    UUID network,
    UUID node,
    PublicKey key,
    boolean proven,
    String name,
    List<IpAddress> addresses,
    List<Prefix> routes,
    List<String> tags,
    @Nullable String owner,
    long issuedAt,
    long notAfter,
    long serial) {
  public static final int MAX_ADDRESSES = 8;
  public static final int MAX_ROUTES = 64;
  public static final int MAX_TAGS = 32;
  public static final int MAX_NAME = 63;
  private static final int MAX_TEXT = 256;

  /// The members this version reads, for [Critical].
  public static final Set<String> MEMBERS =
      Set.of(
          "network",
          "node",
          "key",
          "proven",
          "name",
          "addresses",
          "routes",
          "tags",
          "owner",
          "issuedAt",
          "notAfter",
          "serial");

  public NodeRecord {
    addresses = List.copyOf(addresses);
    routes = List.copyOf(routes);
    tags = List.copyOf(tags);
  }

  /// Reads the body of an envelope; its signature is the caller's business.
  public static NodeRecord parse(String body) throws MalformedException {
    return read(Json.parseObject(body));
  }

  public static NodeRecord read(JsonObject object) throws MalformedException {
    List<IpAddress> addresses = Members.addresses(object, "addresses", MAX_ADDRESSES);
    if (addresses.isEmpty()) {
      throw new MalformedException("member addresses: is empty, needs 1 to " + MAX_ADDRESSES);
    }
    String name = Members.text(object, "name", MAX_NAME);
    if (!isLabel(name)) {
      throw new MalformedException("member name: not a DNS label");
    }
    return new NodeRecord(
        Members.id(object, "network"),
        Members.id(object, "node"),
        Members.publicKey(object, "key"),
        object.bool("proven"),
        name,
        addresses,
        Members.prefixes(object, "routes", MAX_ROUTES),
        Members.texts(object, "tags", MAX_TAGS, MAX_TEXT),
        Members.optionalText(object, "owner", MAX_TEXT),
        Members.seconds(object, "issuedAt"),
        Members.seconds(object, "notAfter"),
        object.integer("serial", 0, Json.MAX_INTEGER));
  }

  /// The text to sign.
  public String body() {
    return new JsonWriter()
        .beginObject()
        .member("network", network.toString())
        .member("node", node.toString())
        .member("key", key.toB64())
        .member("proven", proven)
        .member("name", name)
        .strings("addresses", addresses)
        .strings("routes", routes)
        .strings("tags", tags)
        .member("owner", owner)
        .member("issuedAt", issuedAt)
        .member("notAfter", notAfter)
        .member("serial", serial)
        .endObject()
        .toString();
  }

  /// True for 1 to 63 characters `a-z0-9-` without a hyphen at either end.
  public static boolean isLabel(String text) {
    if (text.isEmpty() || text.length() > MAX_NAME) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean inner = i > 0 && i < text.length() - 1;
      if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' && inner)) {
        return false;
      }
    }
    return true;
  }
}
