package dev.adit.agent;

import dev.adit.core.netcheck.NetCheck;
import dev.adit.core.netcheck.NetCheck.ThrowAway;
import dev.adit.net.Clock;
import dev.adit.net.udp.ThrowAwaySocket;
import dev.adit.net.udp.UdpLoop;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;

/// The sockets of the network check's behaviour tests: each lives for one series of tests. Confined
/// to the packet loop's thread.
final class ThrowAwaySockets {
  private final NetCheck netcheck;
  private final Clock clock;
  private final LongConsumer carryOut;
  private final Map<ThrowAway, ThrowAwaySocket> open = new HashMap<>();

  /// @param carryOut carries out what the network check wants next
  ThrowAwaySockets(NetCheck netcheck, Clock clock, LongConsumer carryOut) {
    this.netcheck = netcheck;
    this.clock = clock;
    this.carryOut = carryOut;
  }

  /// A machine without a socket to spare, or without the family, gets no answer.
  void send(NetCheck.Output.SendThrowAway send, UdpLoop loop) {
    try {
      ThrowAwaySocket socket = open.get(send.socket());
      if (socket == null) {
        socket = open(send.socket(), loop);
        open.put(send.socket(), socket);
      }
      socket.send(send.to(), send.bytes());
    } catch (IOException e) {
      AgentLog.mistake(ThrowAwaySockets.class, e);
    }
  }

  private ThrowAwaySocket open(ThrowAway name, UdpLoop loop) throws IOException {
    return ThrowAwaySocket.open(
        name.v4(),
        (port, from, datagram) ->
            loop.post(() -> {
              long now = clock.nanos();
              netcheck.throwAwayReceived(name, port, from, datagram, now);
              carryOut.accept(now);
            }));
  }

  void close(boolean v4) {
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
