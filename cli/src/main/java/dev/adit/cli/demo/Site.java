package dev.adit.cli.demo;

import dev.adit.cli.Failure;
import java.util.Arrays;
import java.util.stream.Collectors;

/// Where a host of a row can sit: every kind of NAT and firewall that `--rows LEFT:RIGHT` can name,
/// and the two properties that decide whether two of them meet (RFC 4787 §4 and §5).
///
/// IPv6 has no NAT here, so its sites are fewer. A site without `+v6` has IPv4 only.
enum Site {
  DIRECT("direct", "no NAT", Port.FORESEEN, Filter.LAX),
  FIREWALL("fw", "firewall", Port.FORESEEN, Filter.STRICT),
  FULL_CONE("fullcone", "full cone", Port.FORESEEN, Filter.LAX),
  ADDRESS_RESTRICTED("addrcone", "addr-restricted", Port.FORESEEN, Filter.LAX),
  PORT_RESTRICTED("portcone", "port-restricted", Port.FORESEEN, Filter.STRICT),
  SYMMETRIC("sym", "symmetric", Port.NEW, Filter.STRICT),
  UDP_BLOCKED("udpblock", "UDP blocked", Port.FORESEEN, Filter.CLOSED),
  SAME_LAN("same", "same LAN", Port.FORESEEN, Filter.LAX),
  DIRECT_V6("direct+v6", "IPv6 no firewall", Port.FORESEEN, Filter.LAX),
  FIREWALL_V6("fw+v6", "IPv6 firewall", Port.FORESEEN, Filter.STRICT),
  UDP_BLOCKED_V6("udpblock+v6", "IPv6 UDP blocked", Port.FORESEEN, Filter.CLOSED),
  SAME_LAN_V6("same+v6", "IPv6 same LAN", Port.FORESEEN, Filter.LAX);

  /// From which port a host's first packet to its peer leaves the site.
  private enum Port {
    /// The one that STUN has shown, so that the peer can know it.
    FORESEEN,
    /// A new one for each destination, which nobody knows before the packet arrives.
    NEW
  }

  /// Which UDP packets from outside reach a host that has written to its peer's foreseen port.
  private enum Filter {
    /// Those from any port of the peer.
    LAX,
    /// Those from that very port.
    STRICT,
    /// None.
    CLOSED
  }

  private static final String IPV4 = "+v4";
  private static final String IPV6 = "+v6";

  private final String word;
  private final String title;
  private final Port port;
  private final Filter filter;

  Site(String word, String title, Port port, Filter filter) {
    this.word = word;
    this.title = title;
    this.port = port;
    this.filter = filter;
  }

  /// All words, for people.
  static String words() {
    return Arrays.stream(values()).map(site -> site.word).collect(Collectors.joining(", "));
  }

  /// The site of this word.
  ///
  /// @param word `+v4`, which the lab writes, may end a word that has no `+v6`
  /// @throws Failure if there is none
  static Site of(String word) {
    for (Site site : values()) {
      if (word.equals(site.word) || word.equals(site.scenario())) {
        return site;
      }
    }
    throw Failure.usage("there is no site '" + word + "'; sites: " + words());
  }

  /// As people call it.
  String title() {
    return title;
  }

  /// As the lab calls it.
  String scenario() {
    return isIpv6() ? word : word + IPV4;
  }

  boolean isIpv6() {
    return word.endsWith(IPV6);
  }

  /// True if the host has no gateway of its own but sits on the left one's LAN.
  boolean isSameLan() {
    return this == SAME_LAN || this == SAME_LAN_V6;
  }

  /// The path that hole punching can reach. Both hosts write to where STUN saw the other one: the
  /// path is direct if each one's packets then pass the other one's filter.
  static Row.Path path(Site left, Site right) {
    if (right.isSameLan()) {
      return Row.Path.DIRECT; // the gateway and its filters are not on the way
    }
    return left.reaches(right) && right.reaches(left) ? Row.Path.DIRECT : Row.Path.RELAY;
  }

  private boolean reaches(Site other) {
    return switch (other.filter) {
      case LAX -> true;
      case STRICT -> port == Port.FORESEEN;
      case CLOSED -> false;
    };
  }
}
