package dev.adit.agent;

import dev.adit.core.path.TunnelMtu;
import dev.adit.crypto.PrivateKey;
import dev.adit.net.Clock;
import dev.adit.net.linux.ErrnoException;
import dev.adit.net.linux.RouteNetlink;
import dev.adit.net.linux.WireGuardChange;
import dev.adit.net.linux.WireGuardDevice;
import dev.adit.net.linux.WireGuardGo;
import dev.adit.net.linux.WireGuardNetlink;
import dev.adit.net.linux.WireGuardState;
import dev.adit.net.linux.WireGuardUapi;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The WireGuard behind an interface of Linux: the kernel's where it has one, else a `wireguard-go`
/// that we start. Confined to one thread, but for [#description].
final class LinuxWireGuard implements AutoCloseable {
  private static final String KIND = "wireguard";
  private static final long BIND_NANOS = 2_000_000_000L;
  private static final long LOOK_NANOS = 1_000_000;

  private final InterfaceOptions options;
  private final PrivateKey nodeKey;
  private final Clock clock;
  private final Runnable ended;
  private volatile @Nullable WireGuardGo program;
  private volatile String description = "";
  private volatile @Nullable WireGuardDevice device; // changed by the tunnel's thread alone
  private @Nullable RouteNetlink netlink;

  /// @param ended runs, on another thread, when a `wireguard-go` of ours ended by itself
  LinuxWireGuard(InterfaceOptions options, PrivateKey nodeKey, Clock clock, Runnable ended) {
    this.options = options;
    this.nodeKey = nodeKey;
    this.clock = clock;
    this.ended = ended;
  }

  /// As [Tunnel#check].
  void check() throws IOException {
    if (isThere()) {
      WireGuardDevice ours = adopt();
      if (ours == null) {
        throw foreign();
      }
      ours.close();
    }
  }

  boolean isThere() {
    return Files.exists(Path.of("/sys/class/net", options.name()));
  }

  /// Makes the interface or takes it over, with our key and a port.
  ///
  /// @param port WireGuard's UDP port if it can be; 0 for any
  /// @return what it is like then; an interface that was taken over has its peers still
  WireGuardState open(int port) throws IOException {
    letGo();
    WireGuardDevice opened = adopt();
    if (opened == null) {
      opened = make();
    }
    device = opened;
    WireGuardState state = opened.read();
    if (!Objects.equals(state.ownKey(), nodeKey.publicKey()) || state.listenPort() == 0) {
      listen(opened, port);
      state = bound(opened);
    }
    return state;
  }

  /// A `wireguard-go` that was asked for any port before it noticed its own start says 0 for some
  /// milliseconds.
  private WireGuardState bound(WireGuardDevice opened) throws IOException {
    long end = clock.nanos() + BIND_NANOS;
    while (true) {
      WireGuardState state = opened.read();
      if (state.listenPort() != 0) {
        return state;
      }
      if (clock.nanos() > end) {
        throw new IOException("WireGuard of " + options.name() + " does not get a port");
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private void listen(WireGuardDevice opened, int port) throws IOException {
    try {
      opened.apply(new WireGuardChange().privateKey(nodeKey).listenPort(port));
      bind(opened);
    } catch (BindException e) {
      opened.apply(new WireGuardChange().privateKey(nodeKey).listenPort(0));
      bind(opened);
    }
  }

  /// The kernel's WireGuard takes its port only when its link comes up, `wireguard-go` at once.
  private void bind(WireGuardDevice opened) throws IOException {
    if (!(opened instanceof WireGuardNetlink)) {
      return;
    }
    try {
      up();
    } catch (ErrnoException e) {
      if (e.errno() == ErrnoException.EADDRINUSE) {
        throw new BindException(e.getMessage());
      }
      throw e;
    }
  }

  /// What an agent before us left behind; null if there is nothing.
  private @Nullable WireGuardDevice adopt() throws IOException {
    WireGuardDevice found = served();
    if (found == null) {
      found = kernels();
    }
    if (found == null) {
      return null;
    }
    try {
      WireGuardState state = found.read();
      boolean untouched = state.ownKey() == null && state.peers().isEmpty();
      if (Objects.equals(state.ownKey(), nodeKey.publicKey()) || untouched) {
        return found;
      }
    } catch (IOException e) {
      found.close();
      throw e;
    }
    found.close();
    throw foreign();
  }

  private @Nullable WireGuardDevice served() throws IOException {
    String name = options.name();
    Path socket = WireGuardUapi.socketOf(name);
    if (!Files.exists(socket)) {
      return null;
    }
    try {
      WireGuardDevice found = WireGuardUapi.open(name, socket);
      description = "wireguard-go";
      return found;
    } catch (IOException e) {
      Files.deleteIfExists(socket); // nobody serves it: left by a program that was killed
      return null;
    }
  }

  private @Nullable WireGuardDevice kernels() throws IOException {
    if (!isThere()) {
      return null;
    }
    RouteNetlink.Link link = routes().link(options.name());
    return link == null || !link.kind().equals(KIND) ? null : ofKernel();
  }

  private WireGuardDevice ofKernel() throws IOException {
    WireGuardDevice found = WireGuardNetlink.open(options.name());
    description = "kernel";
    return found;
  }

  private WireGuardDevice make() throws IOException {
    if (isThere()) {
      throw foreign();
    }
    Path asked = options.wireGuardGo();
    if (asked != null) {
      return start(asked);
    }
    try {
      routes().createWireGuard(options.name());
      return ofKernel();
    } catch (ErrnoException e) {
      if (e.errno() != ErrnoException.EOPNOTSUPP) {
        throw e;
      }
    }
    Path found = WireGuardGo.find(String.valueOf(System.getenv("PATH")));
    if (found == null) {
      throw new IOException(
          "this kernel has no WireGuard and wireguard-go is missing; install it"
              + " (Debian: apt-get install wireguard-go)");
    }
    return start(found);
  }

  private WireGuardDevice start(Path found) throws IOException {
    String name = options.name();
    WireGuardGo started =
        WireGuardGo.start(
            found, name, options.runFolder().resolve("wireguard-go-" + name + ".log"));
    program = started;
    description = "";
    WireGuardDevice made = started.device(name, clock);
    started.onExit(() -> {
      if (program == started) {
        ended.run();
      }
    });
    return made;
  }

  private IOException foreign() {
    return new IOException(
        "interface "
            + options.name()
            + " belongs to another program; choose another name: --interface NAME");
  }

  /// What drives the interface: `kernel`, or `wireguard-go` with its version if that is known;
  /// empty before it is there. Any thread; asks the program the first time.
  String description() {
    WireGuardGo running = program;
    if (description.isEmpty() && running != null) {
      description = running.description();
    }
    return description;
  }

  /// The open device.
  ///
  /// @throws IOException before it is there
  WireGuardDevice device() throws IOException {
    if (device == null) {
      throw new IOException("interface " + options.name() + " is not there yet");
    }
    return device;
  }

  /// As [Tunnel#movesEndpoints].
  boolean movesEndpoints() {
    WireGuardDevice opened = device;
    return opened == null || opened.changesPeers();
  }

  boolean isOpen() {
    return device != null;
  }

  RouteNetlink routes() throws IOException {
    if (netlink == null) {
      netlink = RouteNetlink.open();
    }
    return netlink;
  }

  RouteNetlink.Link link() throws IOException {
    RouteNetlink.Link link = routes().link(options.name());
    if (link == null) {
      throw new IOException("interface " + options.name() + " has disappeared");
    }
    return link;
  }

  void up() throws IOException {
    routes().up(link(), TunnelMtu.MOST);
  }

  private void letGo() {
    if (device != null) {
      device.close();
      device = null;
    }
    program = null;
  }

  /// Lets go of the interface, which stays, and so does the program behind it.
  void leave() {
    letGo();
    closeNetlink();
  }

  private void closeNetlink() {
    if (netlink != null) {
      netlink.close();
      netlink = null;
    }
  }

  /// Removes the interface.
  @Override
  public void close() {
    WireGuardGo running = program;
    boolean hadDevice = device != null;
    letGo();
    if (running != null) {
      running.close();
    } else if (hadDevice) {
      remove();
    }
    closeNetlink();
  }

  /// The kernel's; or the program behind it is no child of ours and ends with its interface.
  private void remove() {
    try {
      RouteNetlink.Link link = routes().link(options.name());
      if (link != null) {
        routes().delete(link);
      }
    } catch (IOException e) {
      AgentLog.warn(
          LinuxWireGuard.class,
          "interface_left",
          "cannot remove the interface",
          "interface",
          options.name(),
          "reason",
          e.getMessage());
    }
  }
}
