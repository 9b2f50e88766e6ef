package dev.adit.agent;

import dev.adit.core.path.TunnelMtu;
import dev.adit.core.path.WireGuardReading;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.linux.RouteNetlink;
import dev.adit.net.linux.WireGuardChange;
import dev.adit.net.linux.WireGuardState;
import dev.adit.net.linux.WireGuardUapi;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// An interface that an administrator has prepared for an agent without privileges and helper: a
/// `wireguard-go` whose socket the agent's user may use. Peers and key are told by that; addresses,
/// MTU and link are the administrator's, and what is missing of them is said (docs/helper.md).
final class PreparedTunnel implements Tunnel {
  /// What an administrator has to do yet.
  static final class NotPrepared extends IOException {
    private static final long serialVersionUID = 1L;

    NotPrepared(String message) {
      super(message);
    }
  }

  private final String name;
  private final Path socket;
  private final PrivateKey nodeKey;
  private final TunnelPeers peers = new TunnelPeers();
  private @Nullable WireGuardUapi device;

  PreparedTunnel(InterfaceOptions options, PrivateKey nodeKey) {
    this.name = options.name();
    this.socket = WireGuardUapi.socketOf(name);
    this.nodeKey = nodeKey;
  }

  /// Whether this process may use such an interface.
  static boolean isUsable(String name) {
    Path socket = WireGuardUapi.socketOf(name);
    return Files.isReadable(socket) && Files.isWritable(socket);
  }

  /// What an ordinary user is told who has neither.
  static String missing(InterfaceOptions options, Path helperSocket) {
    String user = System.getProperty("user.name");
    return "not allowed to configure the network, no helper listens on "
        + helperSocket
        + ", and interface "
        + options.name()
        + " is not prepared for user "
        + user
        + "; an administrator can start the helper: adit helper --allow-user "
        + user;
  }

  @Override
  public void check() throws IOException {
    try (WireGuardUapi found = WireGuardUapi.open(name, socket)) {
      requireOurs(found.read());
    }
  }

  private void requireOurs(WireGuardState state) throws IOException {
    if (!Objects.equals(state.ownKey(), nodeKey.publicKey()) && !state.peers().isEmpty()) {
      throw new IOException(
          "interface "
              + name
              + " belongs to another program; choose another name: --interface NAME");
    }
  }

  @Override
  public int open(int port) throws IOException {
    closeDevice();
    peers.forget();
    WireGuardUapi opened = WireGuardUapi.open(name, socket);
    device = opened;
    WireGuardState state = opened.read();
    requireOurs(state);
    if (!Objects.equals(state.ownKey(), nodeKey.publicKey()) || state.listenPort() == 0) {
      opened.apply(new WireGuardChange().privateKey(nodeKey).listenPort(0));
      state = opened.read();
    }
    if (state.listenPort() == 0) {
      throw new IOException("WireGuard of " + name + " has no port; take the link up first");
    }
    peers.inherit(state, false);
    return state.listenPort();
  }

  private WireGuardUapi device() throws IOException {
    WireGuardUapi open = device;
    if (open == null) {
      throw new IOException("interface " + name + " is not open");
    }
    return open;
  }

  @Override
  public void apply(Wanted wanted) throws IOException {
    peers.apply(wanted.peers(), device());
    if (wanted.up()) {
      requirePrepared(wanted);
    }
  }

  private void requirePrepared(Wanted wanted) throws IOException {
    List<String> commands = new ArrayList<>();
    try (RouteNetlink netlink = RouteNetlink.open()) {
      RouteNetlink.Link link = netlink.link(name);
      if (link == null) {
        throw new IOException("interface " + name + " has disappeared");
      }
      List<RouteNetlink.Address> there = netlink.addresses();
      for (IpAddress address : wanted.addresses()) {
        int length = wanted.length(address);
        boolean has = false;
        for (RouteNetlink.Address one : there) {
          has |=
              one.index() == link.index()
                  && one.address().equals(address)
                  && one.length() == length;
        }
        if (!has) {
          commands.add("ip address add " + address + "/" + length + " dev " + name);
        }
      }
      if (!link.up() || link.mtu() > TunnelMtu.LEAST) {
        commands.add("ip link set " + name + " mtu " + TunnelMtu.LEAST + " up");
      }
    }
    if (!commands.isEmpty()) {
      throw new NotPrepared(
          "interface "
              + name
              + " is not as the network wants it; run as root: "
              + String.join(" && ", commands));
    }
  }

  @Override
  public void forgetPeer(PublicKey key) {
    peers.forget(key);
  }

  @Override
  public void moveEndpoint(PublicKey key, Endpoint endpoint) throws IOException {
    peers.moveEndpoint(key, endpoint, device());
  }

  /// Never asked for: whoever moves no endpoint needs none.
  @Override
  public void pin(PublicKey key, @Nullable Endpoint source) {}

  @Override
  public boolean movesEndpoints() {
    return true; // its mode is never one that needs it
  }

  /// The administrator's link has one MTU for all.
  @Override
  public void routeMtu(PublicKey key, int mtu) {}

  @Override
  public List<WireGuardReading> read() throws IOException {
    return TunnelPeers.read(device(), _ -> 0);
  }

  @Override
  public boolean isGone() {
    return false; // it is not ours to make: WireGuard's silence is told when it is asked
  }

  @Override
  public void greet(PublicKey key) throws IOException {
    peers.greet(key, device());
  }

  @Override
  public String wireGuard() {
    return "wireguard-go";
  }

  private void closeDevice() {
    if (device != null) {
      device.close();
      device = null;
    }
  }

  /// Takes the peers away; the interface stays the administrator's.
  @Override
  public void close() {
    WireGuardUapi open = device;
    if (open != null) {
      try {
        open.apply(new WireGuardChange().replacePeers());
      } catch (IOException e) {
        AgentLog.warn(
            PreparedTunnel.class,
            "peers_left",
            "cannot take the peers from the interface",
            "interface",
            name,
            "reason",
            e.getMessage());
      }
    }
    closeDevice();
  }
}
