package dev.adit.net.linux;

import dev.adit.crypto.PrivateKey;
import dev.adit.net.local.LocalServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A device of a userspace WireGuard: one that we started, or one with our private key that was
/// left running (linux-wireguard-control §1). Thread-safe.
public final class UserspaceDevice implements WireGuardDevice {
  private static final Duration START_LIMIT = Duration.ofSeconds(5);

  private final String name;
  private final WireGuardUapi uapi;
  private final @Nullable WireGuardGo child;

  private UserspaceDevice(String name, WireGuardUapi uapi, @Nullable WireGuardGo child) {
    this.name = name;
    this.uapi = uapi;
    this.child = child;
  }

  /// Adopts the running device of this name if it has our key, otherwise starts wireguard-go.
  ///
  /// A new device is set up by the caller: private key, port, peers, then addresses and routes.
  ///
  /// @param program a wireguard-go, or null for the newest found
  /// @param log where its output goes
  /// @throws IOException `interface NAME belongs to another program` if there is one that is not
  ///   ours; or why wireguard-go could not be started
  public static UserspaceDevice open(
      String name, PrivateKey ours, @Nullable Path program, Path log, RouteNetlink netlink)
      throws IOException {
    Path socket = WireGuardUapi.socketOf(name);
    var uapi = new WireGuardUapi(socket);
    if (Files.exists(socket) && LocalServer.isLive(socket)) {
      if (!uapi.read().hasPrivateKey(ours)) {
        uapi.close();
        throw foreign(name);
      }
      return new UserspaceDevice(name, uapi, null);
    }
    if (netlink.link(name) != null) {
      throw foreign(name);
    }
    Path chosen = program != null ? program : WireGuardGo.newest();
    var child = WireGuardGo.start(chosen, name, log, START_LIMIT);
    return new UserspaceDevice(name, uapi, child);
  }

  private static IOException foreign(String name) {
    return new IOException(
        "interface "
            + name
            + " belongs to another program; choose another name with --interface, or remove it");
  }

  /// True if it was running already: its peers may still have sessions.
  public boolean isAdopted() {
    return child == null;
  }

  /// The process behind it; null for an adopted one.
  public @Nullable WireGuardGo process() {
    return child;
  }

  /// False once the implementation ended.
  public boolean isAlive() {
    return child != null ? child.isAlive() : LocalServer.isLive(WireGuardUapi.socketOf(name));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public DeviceSnapshot read() throws IOException {
    return uapi.read();
  }

  @Override
  public void apply(DeviceChanges changes) throws IOException {
    uapi.apply(changes);
  }

  /// Lets the device run on, for a program that takes over or a restart of this one.
  public void leave() throws IOException {
    uapi.close();
  }

  /// Ends wireguard-go, which takes interface, addresses and routes along. One that is not our
  /// child ends when its socket file is removed.
  @Override
  public void close() throws IOException {
    uapi.close();
    if (child != null) {
      child.stop();
    }
    Files.deleteIfExists(WireGuardUapi.socketOf(name));
  }
}
