package dev.adit.agent;

import dev.adit.core.netcheck.NatVerdict;
import dev.adit.core.netcheck.NetCheck;
import dev.adit.core.netcheck.NetCheck.ThrowAway;
import dev.adit.core.netcheck.NetReport;
import dev.adit.core.path.PathNode;
import dev.adit.net.Clock;
import dev.adit.net.udp.ThrowAwaySocket;
import dev.adit.net.udp.UdpLoop;
import dev.adit.wire.Endpoint;
import dev.adit.wire.stun.StunMessage;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/// Gives the network check time and datagrams, and carries out what it wants: by the data port, and
/// by throw-away sockets, which live for one series of behaviour tests each. Confined to the packet
/// loop's thread.
final class NetCheckDriver {
  private static final long ACTIVITY_CHECK_NANOS = 1_000_000_000L;

  private final NetCheck netcheck;
  private final PathNode path;
  private final Consumer<NetReport> changed;
  private final Clock clock;
  private final Map<ThrowAway, ThrowAwaySocket> open = new HashMap<>();
  private long nextActivityCheck;

  /// @param changed hears every report that differs from the one before
  NetCheckDriver(NetCheck netcheck, PathNode path, Consumer<NetReport> changed, Clock clock) {
    this.netcheck = netcheck;
    this.path = path;
    this.changed = changed;
    this.clock = clock;
  }

  /// @return false if the datagram is not STUN
  boolean received(Endpoint source, byte[] packet, int offset, int length, long now, UdpLoop loop) {
    if (!StunMessage.matches(packet, offset, length)) {
      return false;
    }
    netcheck.datagramReceived(source, packet, offset, length, now);
    carryOut(now, loop);
    return true;
  }

  /// @param isWanted direct paths are looked for
  /// @return when to be called again at the latest
  long timeReached(boolean isWanted, long now, UdpLoop loop) {
    if (now >= nextActivityCheck) {
      nextActivityCheck = now + ACTIVITY_CHECK_NANOS;
      netcheck.activityChanged(isWanted && path.hasActivePeers(), now);
    }
    if (now >= netcheck.wakeAt()) {
      netcheck.timeReached(now);
    }
    carryOut(now, loop);
    return netcheck.wakeAt();
  }

  /// What the path machine asks for, or says, of it.
  void refreshWanted(long now) {
    netcheck.refreshWanted(now);
  }

  /// A peer, seen from where, sees us there.
  void peerSaw(Endpoint by, Endpoint as, long now) {
    netcheck.peerSaw(by, as, now);
  }

  void carryOut(long now, UdpLoop loop) {
    for (NetCheck.Output next = netcheck.poll(); next != null; next = netcheck.poll()) {
      switch (next) {
        case NetCheck.Output.SendStun(var to, var bytes) -> loop.send(to, bytes, 0, bytes.length);
        case NetCheck.Output.SendThrowAway wanted -> send(wanted, loop);
        case NetCheck.Output.CloseThrowAways(var v4) -> close(v4);
        case NetCheck.Output.Changed(var report) -> {
          NetReport.Family shown = shown(report);
          NatVerdict nat = shown.nat();
          path.natMeasured(shown.mapping(), nat.filtering(), nat.allocation(), now);
          changed.accept(report);
        }
        case NetCheck.Output.Settled() -> path.stunSettled(shown(netcheck.report()).mapping(), now);
      }
    }
  }

  /// The family of which peers are told what NAT it has: CALL has room for one.
  private static NetReport.Family shown(NetReport report) {
    return report.v4().mapped().isEmpty() ? report.v6() : report.v4();
  }

  /// A machine without a socket to spare, or without the family, gets no answer.
  private void send(NetCheck.Output.SendThrowAway wanted, UdpLoop loop) {
    try {
      ThrowAwaySocket socket = open.get(wanted.socket());
      if (socket == null) {
        socket = open(wanted.socket(), loop);
        open.put(wanted.socket(), socket);
      }
      socket.send(wanted.to(), wanted.bytes());
    } catch (IOException e) {
      AgentLog.mistake(NetCheckDriver.class, e);
    }
  }

  private ThrowAwaySocket open(ThrowAway name, UdpLoop loop) throws IOException {
    return ThrowAwaySocket.open(
        name.v4(),
        (port, from, datagram) ->
            loop.post(() -> {
              long now = clock.nanos();
              netcheck.throwAwayReceived(name, port, from, datagram, now);
              carryOut(now, loop);
            }));
  }

  private void close(boolean v4) {
    open.entrySet()
        .removeIf(entry -> {
          if (entry.getKey().v4() == v4) {
            entry.getValue().close();
          }
          return entry.getKey().v4() == v4;
        });
  }

  void closeAll() {
    close(true);
    close(false);
  }
}
