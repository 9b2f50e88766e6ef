package dev.adit.agent;

import dev.adit.core.path.WireGuardReading;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.net.linux.RouteNetlink;
import dev.adit.net.linux.WireGuardChange;
import dev.adit.net.linux.WireGuardDevice;
import dev.adit.net.linux.WireGuardGo;
import dev.adit.net.linux.WireGuardState;
import dev.adit.net.linux.WireGuardUapi;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The WireGuard interface of one network on Linux: the program behind it, its peers, addresses and
/// routes.
final class LinuxTunnel implements Tunnel {
  private static final int GREETING_KEEPALIVE = 60;

  private final AgentConfig config;
  private final PrivateKey nodeKey;
  private final Clock clock;
  private final Runnable ended;
  private @Nullable WireGuardGo program;
  private @Nullable WireGuardDevice device;
  private @Nullable RouteNetlink netlink;
  private boolean linkIsUp;
  private final Set<PublicKey> configured = new HashSet<>();

  /// Peers that an adopted interface has, perhaps with ports and addresses of long ago, and their
  /// endpoints on other machines, which stay.
  private final Map<PublicKey, Optional<Endpoint>> inherited = new HashMap<>();

  private final Set<IpAddress> addresses = new HashSet<>();

  /// @param ended runs, on another thread, when the program behind the interface ended by itself
  LinuxTunnel(AgentConfig config, PrivateKey nodeKey, Clock clock, Runnable ended) {
    this.config = config;
    this.nodeKey = nodeKey;
    this.clock = clock;
    this.ended = ended;
  }

  @Override
  public void check() throws IOException {
    String name = config.interfaceName();
    if (Files.exists(Path.of("/sys/class/net", name))) {
      WireGuardDevice ours = adopt();
      if (ours == null) {
        throw foreign(name);
      }
      ours.close();
    }
  }

  @Override
  public int open(int port) throws IOException {
    forget();
    WireGuardDevice opened = adopt();
    if (opened == null) {
      opened = make();
    }
    device = opened;
    WireGuardState state = opened.read();
    if (!Objects.equals(state.privateKey(), nodeKey) || state.listenPort() == 0) {
      listen(opened, port);
      state = opened.read();
    }
    for (WireGuardState.Peer peer : state.peers()) {
      configured.add(peer.key());
      inherited.put(peer.key(), port == 0 ? Optional.empty() : elsewhere(peer.endpoint()));
    }
    return state.listenPort();
  }

  private void listen(WireGuardDevice opened, int port) throws IOException {
    try {
      opened.apply(new WireGuardChange().privateKey(nodeKey).listenPort(port));
    } catch (BindException e) {
      opened.apply(new WireGuardChange().privateKey(nodeKey).listenPort(0));
    }
  }

  private static Optional<Endpoint> elsewhere(@Nullable Endpoint endpoint) {
    return Optional.ofNullable(endpoint).filter(at -> !at.address().isLoopback());
  }

  private @Nullable WireGuardDevice adopt() throws IOException {
    String name = config.interfaceName();
    Path socket = WireGuardUapi.socketOf(name);
    if (!Files.exists(socket)) {
      return null;
    }
    WireGuardUapi found;
    try {
      found = WireGuardUapi.open(name, socket);
    } catch (IOException e) {
      Files.deleteIfExists(socket); // nobody serves it: left by a program that was killed
      return null;
    }
    if (!Objects.equals(found.read().privateKey(), nodeKey)) {
      found.close();
      throw foreign(name);
    }
    return found;
  }

  private WireGuardDevice make() throws IOException {
    String name = config.interfaceName();
    if (Files.exists(Path.of("/sys/class/net", name))) {
      throw foreign(name);
    }
    Path found =
        config.wireGuardGo() != null
            ? config.wireGuardGo()
            : WireGuardGo.find(String.valueOf(System.getenv("PATH")));
    if (found == null) {
      throw new IOException(
          "wireguard-go is missing; install it (Debian: apt-get install wireguard-go)");
    }
    WireGuardGo started =
        WireGuardGo.start(found, name, config.runFolder().resolve("wireguard-go-" + name + ".log"));
    program = started;
    WireGuardDevice made = started.device(name, clock);
    started.onExit(() -> {
      if (program == started) {
        ended.run();
      }
    });
    return made;
  }

  private static IOException foreign(String name) {
    return new IOException(
        "interface " + name + " belongs to another program; choose another name: --interface NAME");
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
    device().apply(change);
    applyAddresses(wanted);
  }

  private void applyAddresses(Wanted wanted) throws IOException {
    if (!wanted.up()) {
      takeDown();
      return;
    }
    if (linkIsUp && addresses.equals(Set.copyOf(wanted.addresses()))) {
      return;
    }
    RouteNetlink routes = netlink();
    RouteNetlink.Link link = routes.link(config.interfaceName());
    if (link == null) {
      throw new IOException("interface " + config.interfaceName() + " has disappeared");
    }
    for (IpAddress address : wanted.addresses()) {
      routes.addAddress(link, address, length(address, wanted.ranges()));
    }
    for (IpAddress old : addresses) {
      if (!wanted.addresses().contains(old)) {
        routes.deleteAddress(link, old, length(old, wanted.ranges()));
      }
    }
    addresses.clear();
    addresses.addAll(wanted.addresses());
    if (!linkIsUp) {
      routes.up(link, AgentConfig.TUNNEL_MTU);
      linkIsUp = true;
    }
  }

  private void takeDown() throws IOException {
    RouteNetlink.Link link = netlink().link(config.interfaceName());
    if (link != null && link.up()) {
      netlink().down(link);
    }
    linkIsUp = false;
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
      device().apply(new WireGuardChange().endpoint(key, endpoint));
    }
  }

  @Override
  public List<WireGuardReading> read() throws IOException {
    List<WireGuardReading> readings = new ArrayList<>();
    for (WireGuardState.Peer peer : device().read().peers()) {
      readings.add(
          new WireGuardReading(
              peer.key(), peer.endpoint(), peer.receivedBytes(), peer.sentBytes()));
    }
    return readings;
  }

  @Override
  public boolean isGone() {
    return device != null && !Files.exists(Path.of("/sys/class/net", config.interfaceName()));
  }

  @Override
  public void greet(PublicKey key) throws IOException {
    if (configured.contains(key)) {
      // A keepalive that is switched on is sent at once.
      device().apply(new WireGuardChange().keepalive(key, GREETING_KEEPALIVE));
      device().apply(new WireGuardChange().keepalive(key, 0));
    }
  }

  private WireGuardDevice device() throws IOException {
    if (device == null) {
      throw new IOException("interface " + config.interfaceName() + " is not there yet");
    }
    return device;
  }

  private RouteNetlink netlink() throws IOException {
    if (netlink == null) {
      netlink = RouteNetlink.open();
    }
    return netlink;
  }

  private void forget() {
    if (device != null) {
      device.close();
      device = null;
    }
    program = null;
    linkIsUp = false;
    configured.clear();
    inherited.clear();
    addresses.clear();
  }

  @Override
  public void close() {
    WireGuardGo running = program;
    boolean hadDevice = device != null;
    forget();
    if (running != null) {
      running.close();
    } else if (hadDevice) {
      removeAdopted();
    }
    if (netlink != null) {
      netlink.close();
      netlink = null;
    }
  }

  /// The program behind an adopted interface is no child of ours; it ends with its interface.
  private void removeAdopted() {
    try {
      RouteNetlink.Link link = netlink().link(config.interfaceName());
      if (link != null) {
        netlink().delete(link);
      }
    } catch (IOException e) {
      AgentLog.warn(
          LinuxTunnel.class,
          "interface_left",
          "cannot remove the interface",
          "interface",
          config.interfaceName(),
          "reason",
          e.getMessage());
    }
  }
}
