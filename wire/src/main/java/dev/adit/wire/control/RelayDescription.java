package dev.adit.wire.control;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a relay says about itself: how it is reached and what it can do (control §4, §5.1). The
/// form in which `adit relay describe` prints it and `adit serve --relay-file` reads it.
///
/// @param key its DERP server key
/// @param udpKey its key for UDP registration, if it has one
/// @param name at most 63 characters
/// @param region at most 63 characters
/// @param regionId DERP's number of the region, from 1
/// @param hosts at most 8 DNS names
/// @param addresses at most 8
/// @param tcp the port of its DERP server; 0 if it has none
/// @param udp its UDP ports, at most 8
/// @param certPins at most 8 pins of its certificate; empty means any certificate
/// @param capabilities of `derp`, `stun`, `udp`, `drain`; other texts are ignored
public record RelayDescription(
    PublicKey key,
    @Nullable PublicKey udpKey,
    String name,
    String region,
    int regionId,
    List<String> hosts,
    List<IpAddress> addresses,
    int tcp,
    List<Integer> udp,
    List<Sha256> certPins,
    List<String> capabilities) {
  /// Of hosts, addresses, ports and pins each.
  public static final int MAX_LIST = 8;

  public static final String DERP = "derp";
  public static final String STUN = "stun";
  public static final String UDP = "udp";
  public static final String DRAIN = "drain";
  static final int MAX_RELAYS_IN_FILE = 1000;
  private static final int MAX_CAPABILITIES = 32;
  private static final int MAX_TEXT = 63;
  private static final int MAX_HOST = 253;
  private static final int MAX_PORT = 0xffff;

  /// The members this version reads, for [Critical].
  static final Set<String> MEMBERS =
      Set.of(
          "key",
          "udpKey",
          "name",
          "region",
          "regionId",
          "hosts",
          "addresses",
          "tcp",
          "udp",
          "certPins",
          "capabilities");

  public RelayDescription {
    hosts = List.copyOf(hosts);
    addresses = List.copyOf(addresses);
    udp = List.copyOf(udp);
    certPins = List.copyOf(certPins);
    capabilities = List.copyOf(capabilities);
  }

  public boolean can(String capability) {
    return capabilities.contains(capability);
  }

  /// Reads one object or an array of them: the contents of a relay file.
  public static List<RelayDescription> parseAll(String json) throws MalformedException {
    Object value = Json.parse(json);
    List<?> elements = value instanceof List<?> list ? list : Collections.singletonList(value);
    if (elements.size() > MAX_RELAYS_IN_FILE) {
      throw new MalformedException(
          "relays: " + elements.size() + ", allowed " + MAX_RELAYS_IN_FILE);
    }
    List<RelayDescription> relays = new ArrayList<>();
    for (Object element : elements) {
      if (!(element instanceof JsonObject object)) {
        throw new MalformedException("relays: needs an object or an array of objects");
      }
      relays.add(read(object));
    }
    return relays;
  }

  public static RelayDescription read(JsonObject object) throws MalformedException {
    return new RelayDescription(
        Members.publicKey(object, "key"),
        Members.optionalPublicKey(object, "udpKey"),
        Members.text(object, "name", MAX_TEXT),
        Members.text(object, "region", MAX_TEXT),
        (int) object.integer("regionId", 1, Integer.MAX_VALUE),
        Members.texts(object, "hosts", MAX_LIST, MAX_HOST),
        Members.addresses(object, "addresses", MAX_LIST),
        (int) object.integerOr("tcp", 0, 0, MAX_PORT),
        ports(object),
        Members.hashes(object, "certPins", MAX_LIST),
        Members.texts(object, "capabilities", MAX_CAPABILITIES, MAX_TEXT));
  }

  private static List<Integer> ports(JsonObject object) throws MalformedException {
    List<Integer> ports = new ArrayList<>();
    for (long port : object.integers("udp", MAX_LIST, 1, MAX_PORT)) {
      ports.add((int) port);
    }
    return ports;
  }

  /// Compact JSON.
  public String json() {
    var writer = new JsonWriter().beginObject();
    write(writer);
    return writer.endObject().toString();
  }

  /// Writes the members into an object that the caller began.
  void write(JsonWriter writer) {
    writer
        .member("key", key.toB64())
        .member("udpKey", udpKey == null ? null : udpKey.toB64())
        .member("name", name)
        .member("region", region)
        .member("regionId", regionId)
        .strings("hosts", hosts)
        .strings("addresses", addresses)
        .member("tcp", tcp)
        .name("udp")
        .beginArray();
    for (int port : udp) {
      writer.value(port);
    }
    writer.endArray().strings("certPins", certPins).strings("capabilities", capabilities);
  }
}
