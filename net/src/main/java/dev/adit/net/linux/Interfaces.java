package dev.adit.net.linux;

import dev.adit.net.linux.RouteNetlink.Address;
import dev.adit.net.linux.RouteNetlink.Link;
import dev.adit.net.linux.RouteNetlink.RouteTaken;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which addresses of this machine others may try (nat-traversal R-CAND-3, R-CAND-4).
public final class Interfaces {
  /// Interfaces of containers and their networks: reachable from nowhere else.
  private static final String[] CONTAINER_PREFIXES = {
    "docker", "br-", "veth", "cni", "flannel", "cilium", "virbr", "lxc"
  };

  // Somewhere in the Internet (a.root-servers.net); only looked up in the routing table.
  private static final IpAddress INTERNET_V4 = IpAddress.literal("198.41.0.4");
  private static final IpAddress INTERNET_V6 = IpAddress.literal("2001:503:ba3e::2:30");

  private Interfaces() {}

  /// What must not be offered.
  ///
  /// @param interfaces names of our own tunnels
  /// @param prefixes ranges of our networks
  /// @param containers whether interfaces of containers may be offered nevertheless
  public record Exclusions(List<String> interfaces, List<Prefix> prefixes, boolean containers) {}

  /// Addresses to offer, the one the kernel uses toward the Internet first for each family, IPv6
  /// first; of global IPv6 addresses at most one stable and one temporary.
  public static List<IpAddress> hostAddresses(RouteNetlink netlink, Exclusions exclusions)
      throws IOException {
    return select(
        netlink.links(),
        netlink.addresses(),
        exclusions,
        source(netlink.routeTo(INTERNET_V4)),
        source(netlink.routeTo(INTERNET_V6)));
  }

  /// The address this machine uses toward the Internet; null without a default route of the family.
  public static @Nullable IpAddress defaultSource(RouteNetlink netlink, boolean v6)
      throws IOException {
    return source(netlink.routeTo(v6 ? INTERNET_V6 : INTERNET_V4));
  }

  private static @Nullable IpAddress source(@Nullable RouteTaken route) {
    return route == null ? null : route.source();
  }

  static List<IpAddress> select(
      List<Link> links,
      List<Address> addresses,
      Exclusions exclusions,
      @Nullable IpAddress sourceV4,
      @Nullable IpAddress sourceV6) {
    var ordered = new ArrayList<Address>();
    for (IpAddress first : new @Nullable IpAddress[] {sourceV6, sourceV4}) {
      for (Address address : addresses) {
        if (first != null && address.address().equals(first)) {
          ordered.add(address);
        }
      }
    }
    ordered.addAll(addresses);
    var chosen = new ArrayList<IpAddress>();
    boolean stable = false;
    boolean temporary = false;
    for (Address address : ordered) {
      IpAddress ip = address.address();
      if (chosen.contains(ip) || !isOffered(address, links, exclusions)) {
        continue;
      }
      if (ip.isV6() && !ip.isPrivate()) {
        if (address.temporary() ? temporary : stable) {
          continue;
        }
        temporary |= address.temporary();
        stable |= !address.temporary();
      }
      chosen.add(ip);
    }
    return chosen;
  }

  private static boolean isOffered(Address address, List<Link> links, Exclusions exclusions) {
    IpAddress ip = address.address();
    if (!address.usable()
        || ip.isLoopback()
        || ip.isLinkLocal()
        || ip.isMulticast()
        || ip.isUnspecified()) {
      return false;
    }
    for (Prefix prefix : exclusions.prefixes()) {
      if (prefix.contains(ip)) {
        return false;
      }
    }
    for (Link link : links) {
      if (link.index() == address.index()) {
        return link.up()
            && !link.loopback()
            && !exclusions.interfaces().contains(link.name())
            && (exclusions.containers() || !isContainer(link.name()));
      }
    }
    return false;
  }

  private static boolean isContainer(String name) {
    for (String prefix : CONTAINER_PREFIXES) {
      if (name.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }
}
