package dev.adit.agent;

import dev.adit.core.path.WireGuardReading;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.net.linux.RouteNetlink;
import dev.adit.net.linux.WireGuardState;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The interface of one network on Linux: its peers, addresses and routes.
final class LinuxTunnel implements Tunnel {
  private final LinuxWireGuard wireGuard;
  private final SourcePins pins;
  private boolean linkIsUp;
  private final TunnelPeers peers = new TunnelPeers();
  private final Set<IpAddress> addresses = new HashSet<>();
  private final TunnelRoutes routes = new TunnelRoutes();

  /// @param ended runs, on another thread, when the program behind the interface ended by itself
  LinuxTunnel(InterfaceOptions options, PrivateKey nodeKey, Clock clock, Runnable ended) {
    wireGuard = new LinuxWireGuard(options, nodeKey, clock, ended);
    pins = new SourcePins(options.name());
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
    peers.inherit(state, port != 0);
    return state.listenPort();
  }

  @Override
  public void apply(Wanted wanted) throws IOException {
    peers.apply(wanted.peers(), wireGuard.device());
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
        netlink.addAddress(link, address, wanted.length(address));
      }
      for (IpAddress old : addresses) {
        if (!wanted.addresses().contains(old)) {
          netlink.deleteAddress(link, old, wanted.length(old));
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

  @Override
  public void forgetPeer(PublicKey key) {
    peers.forget(key);
  }

  @Override
  public void moveEndpoint(PublicKey key, Endpoint endpoint) throws IOException {
    peers.moveEndpoint(key, endpoint, wireGuard.device());
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
    return TunnelPeers.read(wireGuard.device(), pins::dropped);
  }

  @Override
  public boolean isGone() {
    return wireGuard.isOpen() && !wireGuard.isThere();
  }

  @Override
  public void greet(PublicKey key) throws IOException {
    peers.greet(key, wireGuard.device());
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
    peers.forget();
    addresses.clear();
    routes.forgetApplied();
  }

  @Override
  public void leave() {
    forget();
    wireGuard.leave();
  }

  @Override
  public void close() {
    forget();
    pins.close();
    wireGuard.close();
  }
}
