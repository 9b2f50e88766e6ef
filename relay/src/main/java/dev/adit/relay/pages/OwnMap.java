package dev.adit.relay.pages;

import dev.adit.wire.IpAddress;
import dev.adit.wire.control.RelayDescription;
import dev.adit.wire.derp.DerpMap;
import dev.adit.wire.derp.DerpNode;
import dev.adit.wire.derp.DerpRegion;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The map that holds one relay alone: what it says of itself, so that clients need no other file.
public final class OwnMap {
  private OwnMap() {}

  /// @param relay what it says about itself
  /// @param certName what clients check its certificate against (derp §10.4): empty for its name,
  ///   or `sha256-raw:` and the hash of the certificate
  /// @param canPort80 whether its port 80 answers
  /// @return null if it knows no name and no address of its own
  public static @Nullable DerpMap of(RelayDescription relay, String certName, boolean canPort80) {
    var v4 = first(relay.addresses(), IpAddress::isV4);
    var v6 = first(relay.addresses(), IpAddress::isV6);
    var any = v4 == null ? v6 : v4;
    if (relay.hosts().isEmpty() && any == null) {
      return null;
    }
    String host = relay.hosts().isEmpty() ? String.valueOf(any) : relay.hosts().getFirst();
    var node =
        new DerpNode(
            relay.regionId() + "a",
            relay.regionId(),
            host,
            certName,
            family(v4, any),
            family(v6, any),
            stunPort(relay.udp()),
            false,
            relay.tcp() == DerpNode.DEFAULT_DERP_PORT ? 0 : relay.tcp(),
            false,
            "",
            canPort80);
    return DerpMap.of(
        List.of(DerpRegion.of(relay.regionId(), relay.region(), relay.name(), List.of(node))));
  }

  /// Where addresses are known, a family without one is off; where none are, the DNS is asked.
  private static String family(@Nullable IpAddress address, @Nullable IpAddress any) {
    return address != null ? address.toString() : any == null ? "" : "none";
  }

  private static @Nullable IpAddress first(List<IpAddress> all, Predicate<IpAddress> wanted) {
    return all.stream().filter(wanted).findFirst().orElse(null);
  }

  private static int stunPort(List<Integer> ports) {
    if (ports.isEmpty()) {
      return -1;
    }
    return ports.contains(DerpNode.DEFAULT_STUN_PORT) ? 0 : ports.getFirst();
  }
}
