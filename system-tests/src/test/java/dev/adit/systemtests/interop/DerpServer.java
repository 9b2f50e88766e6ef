package dev.adit.systemtests.interop;

/// A running DERP server on loopback, ours or `derper`.
interface DerpServer {
  /// The mesh key of every server that has one.
  String MESH_KEY = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

  Program program();

  int port();

  int stunPort();

  /// Where its metrics are, in Prometheus' text format.
  String metrics();

  String nameOf(Gauge gauge);

  default String url() {
    return "https://127.0.0.1:" + port() + "/derp";
  }

  /// This server as a DERP map's node (derp §13.1).
  ///
  /// @param further members, such as `"CertName":"…",`, or nothing
  default String node(String name, String further) {
    return "{%s\"Name\":\"%s\",\"RegionID\":900,\"HostName\":\"127.0.0.1\",\"IPv4\":\"127.0.0.1\",\"IPv6\":\"none\","
            .formatted(further, name)
        + "\"STUNPort\":%d,\"DERPPort\":%d}".formatted(stunPort(), port());
  }

  static String region(String... nodes) {
    return "{\"RegionID\":900,\"RegionCode\":\"test\",\"RegionName\":\"Test\",\"Nodes\":["
        + String.join(",", nodes)
        + "]}";
  }

  static String map(String... nodes) {
    return "{\"Regions\":{\"900\":" + region(nodes) + "}}";
  }
}
