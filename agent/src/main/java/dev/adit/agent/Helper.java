package dev.adit.agent;

import dev.adit.core.helper.HelperRequest;
import dev.adit.crypto.PrivateKey;
import dev.adit.net.Clock;
import dev.adit.net.linux.PortSharer;
import dev.adit.net.linux.SharedPort;
import dev.adit.net.local.FrameListener;
import dev.adit.net.local.LocalFrames;
import dev.adit.net.metrics.Readings;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The small privileged program beside an agent without privileges: it has what needs rights, the
/// WireGuard interface and the raw sockets on its port, and does for the agents of users it is told
/// of what [HelperRequest] lists, and no more (linux-wireguard-control §9, relay-rung RR-24).
///
/// It decides nothing, speaks to nobody but local users by a Unix socket, and hands out no
/// descriptor and no key. What an agent that dies leaves behind is the interface as it was: native
/// paths go on, and the next agent with the same key takes it over.
///
/// Needs CAP_NET_ADMIN and CAP_NET_RAW. Thread-safe.
public final class Helper implements AutoCloseable {
  /// More than a machine has users of networks.
  private static final int MOST_CONNECTIONS = 32;

  /// What needs rights.
  interface Hands {
    Tunnel tunnel(InterfaceOptions options, PrivateKey key);

    PortSharer share(int port) throws IOException;
  }

  private final HelperConfig config;
  private final Clock clock;
  private final Hands hands;
  private final Set<UserPrincipal> users = new HashSet<>();
  private final Set<String> taken = ConcurrentHashMap.newKeySet();
  private final HelperCounters counters;
  private final FrameListener listener;

  private Helper(HelperConfig config, Clock clock, Hands hands) throws IOException {
    this.config = config;
    this.clock = clock;
    this.hands = hands;
    counters = new HelperCounters(clock);
    for (String user : config.users()) {
      try {
        users.add(
            FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName(user));
      } catch (IOException e) {
        throw new IOException("--allow-user " + user + ": this machine has no such user", e);
      }
    }
    Path folder = config.socket().toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    listener =
        FrameListener.start(
            config.socket(), this::serve, MOST_CONNECTIONS, HelperRequest.MAX_FRAME);
  }

  /// Listens from now on.
  ///
  /// @throws IOException if a user is none of this machine's, or another helper listens there
  public static Helper start(HelperConfig config) throws IOException {
    Clock clock = Clock.SYSTEM;
    Files.createDirectories(config.runFolder());
    AgentLog.writeWaiting(); // a helper has no first second: it logs at once
    return start(
        config,
        clock,
        new Hands() {
          @Override
          public Tunnel tunnel(InterfaceOptions options, PrivateKey key) {
            return new LinuxTunnel(options, key, clock, () -> {}); // the agent sees it go
          }

          @Override
          public PortSharer share(int port) throws IOException {
            return SharedPort.open(port, 0);
          }
        });
  }

  static Helper start(HelperConfig config, Clock clock, Hands hands) throws IOException {
    return new Helper(config, clock, hands);
  }

  private void serve(LocalFrames frames) throws IOException {
    UserPrincipal user = frames.user();
    new HelperSession(this, frames, user.getName(), users.contains(user)).run();
  }

  // --- for the sessions

  HelperCounters counters() {
    return counters;
  }

  Clock clock() {
    return clock;
  }

  Hands hands() {
    return hands;
  }

  boolean serves(String interfaceName) {
    return config.interfaces().contains(interfaceName);
  }

  InterfaceOptions options(String interfaceName) {
    return new InterfaceOptions(interfaceName, config.wireGuardGo(), config.runFolder());
  }

  /// @return false if another session has it
  boolean take(String interfaceName) {
    return taken.add(interfaceName);
  }

  void giveBack(String interfaceName) {
    taken.remove(interfaceName);
  }

  // --- views

  /// What it counts.
  public void read(Readings into) {
    counters.read(into);
  }

  /// Ends all connections; interfaces stay, and native paths go on.
  @Override
  public void close() throws IOException {
    listener.close();
  }
}
