package dev.adit.net.udp;

import dev.adit.net.linux.PortSharer;
import dev.adit.wire.Endpoint;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.LongAdder;

/// The port that WireGuard has, as the loop's way to the network (native mode). Only what the
/// port's filter passes is heard here: WireGuard hears its own packets itself.
final class SharedOutside implements Outside {
  /// Heard and not handed over yet: a flood costs so much memory and no more.
  private static final int MAX_WAITING = 256;

  private record Datagram(Endpoint source, byte[] payload) {}

  private final PortSharer shared;
  private final Queue<Datagram> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private final LongAdder unheard = new LongAdder();

  SharedOutside(PortSharer shared) {
    this.shared = shared;
  }

  @Override
  public void start(Runnable heard) {
    shared.start((source, payload) -> {
      if (waiting.offer(new Datagram(source, payload))) {
        heard.run();
      } else {
        unheard.increment();
      }
    });
  }

  @Override
  public void deliver(PacketHandler handler, long now) {
    for (int i = 0; i < MAX_WAITING; i++) {
      Datagram next = waiting.poll();
      if (next == null) {
        return;
      }
      handler.fromOutside(next.source, next.payload, 0, next.payload.length, now);
    }
  }

  @Override
  public long unheard() {
    return unheard.sum();
  }

  @Override
  public void routesChanged() {
    shared.routesChanged();
  }

  @Override
  public boolean send(Endpoint to, byte[] packet, int offset, int length) {
    return shared.send(to, packet, offset, length);
  }

  @Override
  public void sendProbe(Endpoint to, byte[] probe) {
    shared.sendProbe(to, probe);
  }

  @Override
  public long unsent() {
    return shared.unsent();
  }

  @Override
  public int port() {
    return shared.port();
  }

  @Override
  public void close() {
    shared.close();
  }
}
