package dev.adit.agent;

import dev.adit.core.path.WireGuardReading;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Makes the tunnel, has it as the map wants it, and makes it anew when it has disappeared: its
/// program was killed, or somebody deleted the interface.
///
/// The tunnel is confined to this one's thread, *tunnel*, but for [#check]; methods may be called
/// by any thread.
final class TunnelKeeper implements Membership.Orders, PeerOrders, AutoCloseable {
  /// Heard on the tunnel's thread.
  interface Events {
    /// The interface is there, with no peers or with those it had; WireGuard is at this UDP port.
    void opened(int port);

    /// The interface is as it was last wanted.
    void configured();

    /// The interface is not as it is wanted until an administrator has done this.
    void unprepared(String what);

    /// There is no interface as it is wanted, and there will be none.
    void failed(String text);
  }

  private final Tunnel tunnel;
  private final Events events;
  private final AgentCounters counters;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(task -> Thread.ofPlatform().name("tunnel").unstarted(task));
  private volatile boolean closed;
  private Tunnel.@Nullable Wanted wanted; // confined to the thread
  private int port; // confined to the thread
  private volatile String unprepared = "";

  TunnelKeeper(
      Tunnel.Maker maker,
      AgentConfig config,
      PrivateKey nodeKey,
      Clock clock,
      Events events,
      AgentCounters counters) {
    this.counters = counters;
    this.tunnel = maker.make(config, nodeKey, clock, this::checkPresence);
    this.events = events;
  }

  /// Looks, on the caller's thread, whether [#open] would refuse the interface's name.
  void check() throws IOException {
    tunnel.check();
  }

  /// @param wantedPort WireGuard's UDP port, see [Tunnel#open]
  void open(int wantedPort) {
    execute(() -> {
      port = wantedPort;
      openNow();
    });
  }

  private void openNow() {
    try {
      events.opened(tunnel.open(port));
    } catch (IOException e) {
      events.failed(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void configure(Tunnel.Wanted now) {
    execute(() -> {
      wanted = now;
      apply(now);
    });
  }

  private void apply(Tunnel.Wanted now) {
    try {
      tunnel.apply(now);
      unprepared = "";
      events.configured();
    } catch (PreparedTunnel.NotPrepared e) {
      String what = String.valueOf(e.getMessage());
      if (!what.equals(unprepared)) {
        unprepared = what;
        events.unprepared(what);
      }
    } catch (IOException e) {
      if (!restoreIfGone()) {
        events.failed(String.valueOf(e.getMessage()));
      }
    }
  }

  /// What an administrator has to do yet; else empty. Any thread.
  String unprepared() {
    return unprepared;
  }

  @Override
  public void reconfigure(PublicKey peer) {
    execute(() -> tunnel.forgetPeer(peer));
  }

  @Override
  public void greet(PublicKey peer) {
    execute(() -> {
      try {
        tunnel.greet(peer);
      } catch (IOException e) {
        AgentLog.warn(
            TunnelKeeper.class,
            "greeting_failed",
            "cannot have WireGuard begin a session with a peer",
            "reason",
            e.getMessage());
      }
    });
  }

  @Override
  public void moveEndpoint(PublicKey peer, Endpoint endpoint) {
    execute(() -> {
      try {
        tunnel.moveEndpoint(peer, endpoint);
      } catch (IOException e) {
        unsteered(e);
      }
    });
  }

  @Override
  public void pin(PublicKey peer, @Nullable Endpoint source) {
    execute(() -> {
      try {
        tunnel.pin(peer, source);
      } catch (IOException e) {
        unsteered(e);
      }
    });
  }

  @Override
  public void routeMtu(PublicKey peer, int mtu) {
    execute(() -> {
      try {
        tunnel.routeMtu(peer, mtu);
      } catch (IOException e) {
        if (!restoreIfGone()) {
          AgentLog.warn(
              TunnelKeeper.class,
              "route_failed",
              "cannot change the route to a peer",
              "reason",
              e.getMessage());
        }
      }
    });
  }

  /// Asks WireGuard about its peers.
  ///
  /// @param heard on the tunnel's thread; not at all if WireGuard does not answer
  void read(Consumer<List<WireGuardReading>> heard) {
    execute(() -> {
      try {
        heard.accept(tunnel.read());
      } catch (IOException e) {
        unsteered(e);
      }
    });
  }

  /// It has just gone, and is made anew; else it is worth a line.
  private void unsteered(IOException failure) {
    if (!restoreIfGone()) {
      AgentLog.warn(
          TunnelKeeper.class,
          "wireguard_silent",
          "WireGuard does not do or say what it is asked for",
          "reason",
          failure.getMessage());
    }
  }

  /// As [Tunnel#movesEndpoints].
  boolean movesEndpoints() {
    return tunnel.movesEndpoints();
  }

  /// As [Tunnel#wireGuard].
  String wireGuard() {
    return tunnel.wireGuard();
  }

  /// The set of interfaces has changed, or the program behind ours has ended.
  void checkPresence() {
    execute(() -> {
      Tunnel.Wanted last = wanted;
      if (!restoreIfGone() && !unprepared.isEmpty() && last != null) {
        apply(last);
      }
    });
  }

  private boolean restoreIfGone() {
    if (!tunnel.isGone()) {
      return false;
    }
    counters.tunnelRestarted();
    AgentLog.warn(
        TunnelKeeper.class, "interface_gone", "the WireGuard interface has gone; making it anew");
    openNow();
    Tunnel.Wanted last = wanted;
    if (last != null) {
      try {
        tunnel.apply(last);
        events.configured();
      } catch (IOException e) {
        events.failed(String.valueOf(e.getMessage()));
      }
    }
    return true;
  }

  private void execute(Runnable task) {
    try {
      thread.execute(() -> {
        if (!closed) {
          task.run();
        }
      });
    } catch (RejectedExecutionException e) {
      // closed meanwhile
    }
  }

  /// Removes the interface; returns when it has gone.
  @Override
  public void close() {
    closed = true;
    thread.execute(tunnel::close);
    thread.close();
  }
}
