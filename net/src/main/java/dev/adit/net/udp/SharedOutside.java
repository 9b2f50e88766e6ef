package dev.adit.net.udp;

import dev.adit.net.linux.PortSharer;
import dev.adit.wire.Endpoint;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// The port that WireGuard has, as the loop's way to the network (native mode). Only what the
/// port's filter passes is heard here: WireGuard hears its own packets itself.
final class SharedOutside implements Outside {
  /// Heard and not handed over yet: a flood costs so much memory and no more.
  private static final int MAX_WAITING = 256;

  private record Datagram(Endpoint source, byte[] payload) {}

  private final PortSharer shared;
  private final Queue<Datagram> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private final LongAdder unheard = new LongAdder();

  private final int[] descriptors;
  private Runnable heard = () -> {};

  // while the loop receives
  private @Nullable PacketHandler receiver;
  private long receivedAt;

  SharedOutside(PortSharer shared) {
    this.shared = shared;
    descriptors = shared.attend(this::hear);
  }

  private void hear(Endpoint source, byte[] payload) {
    PacketHandler handler = receiver;
    if (handler != null) {
      handler.fromOutside(source, payload, 0, payload.length, receivedAt);
    } else if (waiting.offer(new Datagram(source, payload))) { // of another thread, or in a test
      heard.run();
    } else {
      unheard.increment();
    }
  }

  /// What the loop shall wait for, to [#receive] then; empty if another thread waits.
  int[] descriptors() {
    return descriptors;
  }

  @Override
  public void start(Runnable whenHeard) {
    heard = whenHeard;
    if (descriptors.length == 0) {
      shared.start(this::hear);
    }
  }

  void receive(int descriptor, PacketHandler handler, long now) {
    receiver = handler;
    receivedAt = now;
    try {
      shared.receive(descriptor);
    } finally {
      receiver = null;
    }
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
    return unheard.sum() + shared.unheard();
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
