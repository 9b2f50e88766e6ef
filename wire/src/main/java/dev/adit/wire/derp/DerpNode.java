package dev.adit.wire.derp;

import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;

/// One server of a region, as clients are told of it (derp §13.1). Immutable; never holds a
/// character that could end a line of HTTP.
///
/// @param name unique in the whole map; not a host name
/// @param regionId the region it stands in
/// @param hostName a DNS name or an IP literal without brackets
/// @param certName what its certificate is checked against (derp §10.4); empty: the host name
/// @param ipv4 a literal; empty: ask the DNS; anything else, such as `none`: not by IPv4
/// @param ipv6 as `ipv4`
/// @param stunPort as on the wire: 0 for the default, −1 for none; see [#stunAt]
/// @param stunOnly no relay, only STUN
/// @param derpPort as on the wire: 0 for the default; see [#derpAt]
/// @param insecureForTests its certificate is not checked at all
/// @param stunTestIp where STUN is asked instead, in tests; empty for nowhere else
/// @param canPort80 its port 80 may be asked for captive portals
public record DerpNode(
    String name,
    long regionId,
    String hostName,
    String certName,
    String ipv4,
    String ipv6,
    int stunPort,
    boolean stunOnly,
    int derpPort,
    boolean insecureForTests,
    String stunTestIp,
    boolean canPort80) {
  public static final int DEFAULT_DERP_PORT = 443;
  public static final int DEFAULT_STUN_PORT = 3478;

  static final int MAX_TEXT = 255;

  public DerpNode {
    if (!isLine(name) || !isHost(hostName)) {
      throw new IllegalArgumentException("DERP node: needs a name and a host name");
    }
    if (!isText(certName) || !isText(ipv4) || !isText(ipv6) || !isText(stunTestIp)) {
      throw new IllegalArgumentException("DERP node: a text is longer than 255 or has controls");
    }
    if (stunPort < -1 || stunPort > 0xffff || derpPort < 0 || derpPort > 0xffff) {
      throw new IllegalArgumentException("DERP node: a port beyond 65535");
    }
  }

  /// Reached by its DNS name on the default ports.
  public static DerpNode of(String name, long regionId, String hostName) {
    return new DerpNode(name, regionId, hostName, "", "", "", 0, false, 0, false, "", false);
  }

  /// TCP port of DERP.
  public int derpAt() {
    return derpPort == 0 ? DEFAULT_DERP_PORT : derpPort;
  }

  /// UDP port of STUN, or −1 if it has none.
  public int stunAt() {
    return stunPort == 0 ? DEFAULT_STUN_PORT : stunPort;
  }

  /// Serves a test on one machine.
  public boolean isForTests() {
    return !stunTestIp.isEmpty() || ipv4.equals("127.0.0.1");
  }

  void write(JsonWriter json) {
    json.beginObject()
        .member("Name", name)
        .member("RegionID", regionId)
        .member("HostName", hostName);
    text(json, "CertName", certName);
    text(json, "IPv4", ipv4);
    text(json, "IPv6", ipv6);
    number(json, "STUNPort", stunPort);
    flag(json, "STUNOnly", stunOnly);
    number(json, "DERPPort", derpPort);
    flag(json, "InsecureForTests", insecureForTests);
    text(json, "STUNTestIP", stunTestIp);
    flag(json, "CanPort80", canPort80);
    json.endObject();
  }

  private static void text(JsonWriter json, String name, String value) {
    if (!value.isEmpty()) {
      json.member(name, value);
    }
  }

  private static void number(JsonWriter json, String name, int value) {
    if (value != 0) {
      json.member(name, value);
    }
  }

  static void flag(JsonWriter json, String name, boolean value) {
    if (value) {
      json.member(name, true);
    }
  }

  /// @param regionId of the region it stands in, which it need not repeat
  static DerpNode read(MapValue value, long regionId) throws MalformedException {
    var node = value.object("node");
    long said = node.integer("RegionID", 0, DerpRegion.MAX_ID);
    if (said != 0 && said != regionId) {
      throw new MalformedException("DERP map: a node of region " + said + " in " + regionId);
    }
    String name = node.text("Name");
    String hostName = node.text("HostName");
    if (!isLine(name) || !isHost(hostName)) {
      throw new MalformedException("DERP map: a node without a usable Name or HostName");
    }
    return new DerpNode(
        name,
        regionId,
        hostName,
        node.text("CertName"),
        node.text("IPv4"),
        node.text("IPv6"),
        (int) node.integer("STUNPort", -1, 0xffff),
        node.flag("STUNOnly"),
        (int) node.integer("DERPPort", 0, 0xffff),
        node.flag("InsecureForTests"),
        node.text("STUNTestIP"),
        node.flag("CanPort80"));
  }

  static boolean isText(String text) {
    return text.length() <= MAX_TEXT && text.chars().noneMatch(Character::isISOControl);
  }

  private static boolean isLine(String text) {
    return !text.isEmpty() && isText(text);
  }

  /// What may stand in a `Host` header and as the server's name of TLS.
  private static boolean isHost(String text) {
    return !text.isEmpty()
        && text.length() <= MAX_TEXT
        && text.chars()
            .allMatch(c ->
                c >= 'a' && c <= 'z'
                    || c >= 'A' && c <= 'Z'
                    || c >= '0' && c <= '9'
                    || "-._:".indexOf(c) >= 0);
  }
}
