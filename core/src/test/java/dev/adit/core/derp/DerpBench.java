package dev.adit.core.derp;

import dev.adit.core.admission.Admission;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A relay and its clients on one thread: what one end writes the other reads at once, unless a
/// test holds it back.
final class DerpBench implements DerpCounts {
  static final long SECOND = 1_000_000_000L;
  static final Endpoint FROM = Endpoint.literal("192.0.2.7:41641");

  final RandomGenerator random = new Random(42);
  final PrivateKey relayKey = PrivateKey.generate(random);
  final Map<DerpCounter, Long> counts = new EnumMap<>(DerpCounter.class);
  final Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
  final Map<PublicKey, RegionEntry> connected = new HashMap<>();
  final DerpRouter router;
  final List<Link> links = new ArrayList<>();
  long now = 1;

  DerpBench(Admission admission) {
    this(admission, DerpServerOptions.DEFAULT);
  }

  DerpBench(Admission admission, DerpServerOptions options) {
    router = new DerpRouter(relayKey, admission, options, connected, this);
  }

  @Override
  public void add(DerpCounter counter, long amount) {
    counts.merge(counter, amount, Long::sum);
  }

  @Override
  public void dropped(DropReason reason, PacketKind kind, long packets, long bytes) {
    drops.merge(reason, packets, Long::sum);
  }

  long count(DropReason reason) {
    return drops.getOrDefault(reason, 0L);
  }

  long count(DerpCounter counter) {
    return counts.getOrDefault(counter, 0L);
  }

  Link connect(PrivateKey key) {
    var link = new Link(key);
    links.add(link);
    carry();
    return link;
  }

  Link connect() {
    return connect(PrivateKey.generate(random));
  }

  /// Moves bytes until nothing moves.
  void carry() {
    for (boolean moved = true; moved; ) {
      moved = false;
      for (var link : links) {
        moved |= link.carry();
      }
    }
  }

  void advance(long nanos) {
    now += nanos;
    for (var link : links) {
      link.server.timeReached(now);
      link.client.timeReached(now);
    }
    carry();
  }

  /// A relay's end of a connection whose client nobody plays.
  DerpServerSession session(TestOutput output) {
    return new DerpServerSession(router, FROM, true, output, random, now);
  }

  /// One client and its connection at the relay.
  final class Link {
    final PrivateKey key;
    final TestOutput output = new TestOutput();
    final DerpServerSession server;
    final DerpClientSession client;
    final List<DerpClientSession.Event> events = new ArrayList<>();
    private boolean cut;

    Link(PrivateKey key) {
      this.key = key;
      server = session(output);
      client = new DerpClientSession(key, relayKey.publicKey(), random, now);
    }

    PublicKey publicKey() {
      return key.publicKey();
    }

    boolean carry() {
      boolean moved = false;
      server.drain(now);
      byte[] bytes = output.take();
      if (bytes.length > 0) {
        client.received(bytes, 0, bytes.length, now);
        moved = true;
      }
      for (var event = client.poll(); event != null; event = client.poll()) {
        moved = true;
        if (event instanceof DerpClientSession.Event.Write(var written)) {
          server.received(written, 0, written.length, now);
        } else {
          events.add(event);
        }
      }
      if (server.isEnded() && !cut) {
        cut = true;
        server.closed();
        moved = true;
      }
      return moved;
    }

    void send(PublicKey to, byte[] packet) {
      raw(client.packet(to, packet, 0, packet.length, now));
      DerpBench.this.carry();
    }

    void raw(byte @Nullable [] bytes) {
      if (bytes != null) {
        server.received(bytes, 0, bytes.length, now);
      }
      DerpBench.this.carry();
    }

    void leave() {
      server.closed();
      DerpBench.this.carry();
    }

    <T extends DerpClientSession.Event> List<T> heard(Class<T> kind) {
      return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    List<String> texts() {
      return heard(DerpClientSession.Event.Received.class).stream()
          .map(received -> new String(received.packet(), java.nio.charset.StandardCharsets.UTF_8))
          .toList();
    }
  }
}
