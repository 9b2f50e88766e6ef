package dev.adit.cli.demo;

import dev.adit.cli.Failure;
import java.util.List;
import java.util.stream.Collectors;

/// One row of the demo: who sits where, and the path that must come of it.
///
/// @param name as `--rows` takes it
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

  /// All rows that have a name of their own, in the order in which they run.
  public static final List<Row> ALL =
      List.of(
          row("direct-port", Site.DIRECT, Site.PORT_RESTRICTED, Path.DIRECT),
          row("port-port", Site.PORT_RESTRICTED, Site.PORT_RESTRICTED, Path.DIRECT),
          row("full-sym", Site.FULL_CONE, Site.SYMMETRIC, Path.DIRECT),
          row("port-sym", Site.PORT_RESTRICTED, Site.SYMMETRIC, Path.RELAY),
          row("sym-sym", Site.SYMMETRIC, Site.SYMMETRIC, Path.RELAY),
          row("udpblock-direct", Site.UDP_BLOCKED, Site.DIRECT, Path.RELAY),
          row("fw6-fw6", Site.FIREWALL_V6, Site.FIREWALL_V6, Path.DIRECT),
          row("same-lan", Site.PORT_RESTRICTED, Site.SAME_LAN, Path.DIRECT));

  private static Row row(String name, Site left, Site right, Path expected) {
    return new Row(
        name,
        left.scenario(),
        right.scenario(),
        left.title(),
        right.title(),
        expected,
        left.isIpv6());
  }

  /// The row of this name, or of a pair of sites: `LEFT:RIGHT`.
  ///
  /// @throws Failure if there is none
  static Row of(String text) {
    for (Row row : ALL) {
      if (row.name.equals(text)) {
        return row;
      }
    }
    String[] sites = text.split(":", -1);
    if (sites.length != 2) {
      throw Failure.usage(
          "there is no row '"
              + text
              + "'; rows: "
              + ALL.stream().map(Row::name).collect(Collectors.joining(", "))
              + ", or LEFT:RIGHT of "
              + Site.words());
    }
    Site left = Site.of(sites[0]);
    Site right = Site.of(sites[1]);
    if (left.isSameLan()) {
      throw Failure.usage(
          "row '" + text + "': same is the LAN of the left site; give it as the right one");
    }
    if (left.isIpv6() != right.isIpv6()) {
      throw Failure.usage(
          "row '" + text + "': one site has IPv4 only, the other IPv6; give both or none +v6");
    }
    return row(text, left, right, Site.path(left, right));
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
