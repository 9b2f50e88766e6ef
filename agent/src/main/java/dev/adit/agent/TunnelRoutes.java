package dev.adit.agent;

import dev.adit.core.path.TunnelMtu;
import dev.adit.crypto.PublicKey;
import dev.adit.net.linux.RouteNetlink;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The routes by the interface, and how large packets they allow (relay-rung RR-59): one to each
/// range of the network at the least MTU, and one to each address of a peer whose path carries
/// more. Most peers are not in use, and need no route of their own. Confined to the tunnel's
/// thread.
///
/// The kernel makes a route to a range itself when an address is added; ours takes its place.
final class TunnelRoutes {
  /// What the path machine wants, if it is not the least; also of peers that are not there yet.
  private final Map<PublicKey, Integer> mtus = new HashMap<>();

  private final Map<PublicKey, List<IpAddress>> peers = new HashMap<>();
  private List<IpAddress> own = List.of();
  private List<Prefix> ranges = List.of();

  /// What the kernel has, and at which MTU; null: it is to be asked.
  private @Nullable Map<Prefix, Integer> applied;

  /// The kernel may have dropped some of them, or has those of an agent before us.
  void forgetApplied() {
    applied = null;
  }

  void mtu(PublicKey peer, int mtu) {
    if (mtu > TunnelMtu.LEAST) {
      mtus.put(peer, mtu);
    } else {
      mtus.remove(peer);
    }
  }

  /// All of them, by an interface that is up.
  void apply(Tunnel.Wanted wanted, RouteNetlink netlink, RouteNetlink.Link link)
      throws IOException {
    own = wanted.addresses();
    ranges = wanted.ranges();
    peers.clear();
    for (Tunnel.Peer peer : wanted.peers()) {
      peers.put(peer.key(), peer.addresses());
    }
    mtus.keySet().retainAll(peers.keySet());
    Map<Prefix, Integer> all = new HashMap<>();
    for (Prefix range : ranges) {
      if (source(range) != null) {
        all.put(range, TunnelMtu.LEAST);
      }
    }
    mtus.forEach((peer, mtu) -> {
      for (IpAddress address : addresses(peer)) {
        all.put(Prefix.host(address), mtu);
      }
    });
    Map<Prefix, Integer> before = applied(netlink, link);
    for (Prefix old : List.copyOf(before.keySet())) {
      if (!all.containsKey(old)) {
        remove(old, netlink, link);
      }
    }
    for (Map.Entry<Prefix, Integer> route : all.entrySet()) {
      set(route.getKey(), route.getValue(), netlink, link);
    }
  }

  /// Those to one peer.
  void apply(PublicKey peer, RouteNetlink netlink, RouteNetlink.Link link) throws IOException {
    Integer mtu = mtus.get(peer);
    for (IpAddress address : addresses(peer)) {
      if (mtu == null) {
        remove(Prefix.host(address), netlink, link);
      } else {
        set(Prefix.host(address), mtu, netlink, link);
      }
    }
  }

  private List<IpAddress> addresses(PublicKey peer) {
    return peers.getOrDefault(peer, List.of());
  }

  private void set(Prefix to, int mtu, RouteNetlink netlink, RouteNetlink.Link link)
      throws IOException {
    Integer before = applied(netlink, link).put(to, mtu);
    if (before == null || before != mtu) {
      netlink.replaceRoute(to, link, source(to), mtu);
    }
  }

  private void remove(Prefix to, RouteNetlink netlink, RouteNetlink.Link link) throws IOException {
    if (applied(netlink, link).remove(to) != null) {
      netlink.deleteRoute(to, link);
    }
  }

  private Map<Prefix, Integer> applied(RouteNetlink netlink, RouteNetlink.Link link)
      throws IOException {
    Map<Prefix, Integer> known = applied;
    if (known == null) {
      known = new HashMap<>();
      for (RouteNetlink.Route route : netlink.ownRoutes()) {
        if (route.index() == link.index()) {
          known.put(route.destination(), 0); // to be set again: its source may have changed
        }
      }
      applied = known;
    }
    return known;
  }

  /// Our address in the range that holds `destination`, as the kernel's own route says; null if we
  /// have none there.
  private @Nullable IpAddress source(Prefix destination) {
    List<Prefix> around = new ArrayList<>(ranges);
    around.removeIf(range -> !range.contains(destination.address()));
    for (Prefix range : around) {
      for (IpAddress address : own) {
        if (range.contains(address)) {
          return address;
        }
      }
    }
    return null;
  }
}
