package dev.adit.cli.demo;

import java.util.List;

/// One row of the demo: who sits where, and the path that must come of it.
///
/// @param name for `--rows`
/// @param left the left site, as the lab calls it
/// @param right the right site, as the lab calls it
/// @param leftTitle the left site, for people
/// @param rightTitle the right site, for people
/// @param expected the path that these two reach
/// @param ipv6 true if the key names the server by its IPv6 address
public record Row(
    String name,
    String left,
    String right,
    String leftTitle,
    String rightTitle,
    Path expected,
    boolean ipv6) {

  /// How two hosts reach each other.
  public enum Path {
    DIRECT,
    RELAY;

    /// As `adit status` names it.
    String reported() {
      return this == DIRECT ? "direct" : "derp";
    }

    @Override
    public String toString() {
      return this == DIRECT ? "direct" : "relay";
    }
  }

  /// All rows, in the order in which they run.
  public static final List<Row> ALL =
      List.of(
          row("direct-port", "direct", "portcone", Path.DIRECT),
          row("port-port", "portcone", "portcone", Path.DIRECT),
          row("full-sym", "fullcone", "sym", Path.DIRECT),
          row("port-sym", "portcone", "sym", Path.RELAY),
          row("sym-sym", "sym", "sym", Path.RELAY),
          row("udpblock-direct", "udpblock", "direct", Path.RELAY),
          new Row("fw6-fw6", "fw+v6", "fw+v6", "IPv6 firewall", "IPv6 firewall", Path.DIRECT, true),
          row("same-lan", "portcone", "same", Path.DIRECT));

  private static Row row(String name, String left, String right, Path expected) {
    return new Row(name, left + "+v4", right + "+v4", title(left), title(right), expected, false);
  }

  private static String title(String type) {
    return switch (type) {
      case "direct" -> "no NAT";
      case "portcone" -> "port-restricted";
      case "fullcone" -> "full cone";
      case "sym" -> "symmetric";
      case "udpblock" -> "UDP blocked";
      case "same" -> "same LAN";
      default -> throw new IllegalArgumentException(type);
    };
  }

  /// True if both hosts sit on one LAN, so that the direct path never leaves its switch.
  public boolean isSameLan() {
    return right.startsWith("same");
  }

  /// The same sites, which shall meet through the relay only.
  Row throughRelay() {
    return new Row(name, left, right, leftTitle, rightTitle, Path.RELAY, ipv6);
  }
}
