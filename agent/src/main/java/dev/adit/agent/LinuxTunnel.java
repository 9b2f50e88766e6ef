package dev.adit.agent;

import dev.adit.core.path.WireGuardReading;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.net.linux.RouteNetlink;
import dev.adit.net.linux.WireGuardChange;
import dev.adit.net.linux.WireGuardState;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The interface of one network on Linux: its peers, addresses and routes.
final class LinuxTunnel implements Tunnel {
  private static final int GREETING_KEEPALIVE = 60;

  private final LinuxWireGuard wireGuard;
  private final SourcePins pins;
  private boolean linkIsUp;
  private final Set<PublicKey> configured = new HashSet<>();

  /// Peers that an adopted interface has, perhaps with ports and addresses of long ago, and their
  /// endpoints on other machines, which stay.
  private final Map<PublicKey, Optional<Endpoint>> inherited = new HashMap<>();

  private final Set<IpAddress> addresses = new HashSet<>();
  private final TunnelRoutes routes = new TunnelRoutes();

  /// @param ended runs, on another thread, when the program behind the interface ended by itself
  LinuxTunnel(AgentConfig config, PrivateKey nodeKey, Clock clock, Runnable ended) {
    wireGuard = new LinuxWireGuard(config, nodeKey, clock, ended);
    pins = new SourcePins(config.interfaceName());
  }

  @Override
  public void check() throws IOException {
    wireGuard.check();
  }

  @Override
  public int open(int port) throws IOException {
    forget();
    WireGuardState state = wireGuard.open(port);
    pins.open(state.listenPort());
    for (WireGuardState.Peer peer : state.peers()) {
      configured.add(peer.key());
      inherited.put(peer.key(), port == 0 ? Optional.empty() : elsewhere(peer.endpoint()));
    }
    return state.listenPort();
  }

  private static Optional<Endpoint> elsewhere(@Nullable Endpoint endpoint) {
    return Optional.ofNullable(endpoint).filter(at -> !at.address().isLoopback());
  }

  @Override
  public void apply(Wanted wanted) throws IOException {
    var change = new WireGuardChange();
    Set<PublicKey> keep = new HashSet<>();
    for (Peer peer : wanted.peers()) {
      keep.add(peer.key());
      Optional<Endpoint> kept = inherited.remove(peer.key());
      if (configured.add(peer.key()) | kept != null) {
        List<Prefix> allowed = new ArrayList<>();
        for (IpAddress address : peer.addresses()) {
          allowed.add(Prefix.host(address));
        }
        Endpoint loopback = LoopbackPorts.endpoint(peer.loopbackPort());
        change.upsert(peer.key(), kept == null ? loopback : kept.orElse(loopback), allowed);
      }
    }
    for (PublicKey known : List.copyOf(configured)) {
      if (!keep.contains(known)) {
        change.remove(known);
        configured.remove(known);
      }
    }
    wireGuard.device().apply(change);
    applyAddresses(wanted);
  }

  private void applyAddresses(Wanted wanted) throws IOException {
    if (!wanted.up()) {
      takeDown();
      return;
    }
    RouteNetlink netlink = wireGuard.routes();
    RouteNetlink.Link link = wireGuard.link();
    if (!linkIsUp || !addresses.equals(Set.copyOf(wanted.addresses()))) {
      for (IpAddress address : wanted.addresses()) {
        netlink.addAddress(link, address, length(address, wanted.ranges()));
      }
      for (IpAddress old : addresses) {
        if (!wanted.addresses().contains(old)) {
          netlink.deleteAddress(link, old, length(old, wanted.ranges()));
        }
      }
      addresses.clear();
      addresses.addAll(wanted.addresses());
      routes.forgetApplied(); // the kernel drops those that name an address that has gone
    }
    if (!linkIsUp) {
      netlink.up(link, 0);
    }
    routes.apply(wanted, netlink, link);
    if (!linkIsUp) {
      wireGuard.up(); // its MTU is for peers whose routes say so: routes come first
      linkIsUp = true;
    }
  }

  private void takeDown() throws IOException {
    RouteNetlink.Link link = wireGuard.link();
    if (link.up()) {
      wireGuard.routes().down(link);
    }
    linkIsUp = false;
    routes.forgetApplied();
    addresses.clear(); // the kernel drops some of them: all are given anew
  }

  private static int length(IpAddress address, List<Prefix> ranges) {
    for (Prefix range : ranges) {
      if (range.contains(address)) {
        return range.length();
      }
    }
    return Prefix.host(address).length();
  }

  @Override
  public void forgetPeer(PublicKey key) {
    configured.remove(key);
  }

  @Override
  public void moveEndpoint(PublicKey key, Endpoint endpoint) throws IOException {
    if (configured.contains(key)) {
      wireGuard.device().apply(new WireGuardChange().endpoint(key, endpoint));
    }
  }

  @Override
  public void pin(PublicKey key, @Nullable Endpoint source) {
    pins.pin(key, source);
  }

  @Override
  public void routeMtu(PublicKey key, int mtu) throws IOException {
    routes.mtu(key, mtu);
    if (linkIsUp) {
      routes.apply(key, wireGuard.routes(), wireGuard.link());
    }
  }

  @Override
  public List<WireGuardReading> read() throws IOException {
    pins.read();
    List<WireGuardReading> readings = new ArrayList<>();
    for (WireGuardState.Peer peer : wireGuard.device().read().peers()) {
      readings.add(
          new WireGuardReading(
              peer.key(),
              peer.endpoint(),
              peer.receivedBytes(),
              peer.sentBytes(),
              pins.dropped(peer.key())));
    }
    return readings;
  }

  @Override
  public boolean isGone() {
    return wireGuard.isOpen() && !wireGuard.isThere();
  }

  @Override
  public void greet(PublicKey key) throws IOException {
    if (configured.contains(key)) {
      // A keepalive that is switched on is sent at once.
      wireGuard.device().apply(new WireGuardChange().keepalive(key, GREETING_KEEPALIVE));
      wireGuard.device().apply(new WireGuardChange().keepalive(key, 0));
    }
  }

  @Override
  public String wireGuard() {
    return wireGuard.description();
  }

  @Override
  public boolean movesEndpoints() {
    return wireGuard.movesEndpoints();
  }

  private void forget() {
    linkIsUp = false;
    configured.clear();
    inherited.clear();
    addresses.clear();
    routes.forgetApplied();
  }

  @Override
  public void close() {
    forget();
    pins.close();
    wireGuard.close();
  }
}
