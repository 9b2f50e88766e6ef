package dev.adit.derp;

import dev.adit.core.derp.DerpBackoff;
import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.crypto.PublicKey;
import dev.adit.derp.DerpRegions.Listener;
import dev.adit.net.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The connection to one region, kept up until closed: one thread connects and receives, another
/// sends what waits.
final class RegionLink implements AutoCloseable {
  /// Packets that wait; when there is no room the oldest goes, because a new one is worth more
  /// (derp §11.3).
  static final int QUEUE = 32;

  private static final long SECOND = 1_000_000_000L;
  private static final long TELL_EVERY = 5 * SECOND;
  private static final Duration CHECK_LIMIT = Duration.ofSeconds(3);

  /// A relay that restarts may ask for more; then it is tried all the same.
  private static final long MOST_RESTART_MILLIS = 60_000;

  private record Waiting(PublicKey peer, byte[] packet) {}

  private final long region;
  private final DerpHttpClient http;
  private final DerpRegions regions;
  private final Listener listener;
  private final DerpBackoff backoff;
  private final Clock clock;
  private final Thread reader = Thread.ofVirtual().name("derp-read").unstarted(this::read);
  private final Thread writer = Thread.ofVirtual().name("derp-write").unstarted(this::write);
  private volatile boolean closed;
  private volatile boolean isUp;
  private volatile boolean preferred;

  // Of the reader.
  private long toldAt = -TELL_EVERY;
  private long restartMillis = -1;

  // Guarded by queue.
  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();

  RegionLink(
      long region,
      DerpHttpClient http,
      DerpRegions regions,
      Listener listener,
      RandomGenerator random,
      Clock clock) {
    this.region = region;
    this.http = http;
    this.regions = regions;
    this.listener = listener;
    this.backoff = new DerpBackoff(DerpBackoff.DEFAULT_MOST, random);
    this.clock = clock;
  }

  void start() {
    reader.start();
    writer.start();
  }

  boolean isUp() {
    return isUp;
  }

  void preferred(boolean isHome) {
    preferred = isHome;
    LockSupport.unpark(writer);
  }

  void send(PublicKey peer, byte[] packet) {
    synchronized (queue) {
      if (queue.size() == QUEUE) {
        queue.poll();
      }
      queue.add(new Waiting(peer, packet));
    }
    LockSupport.unpark(writer);
  }

  private void read() {
    while (!closed) {
      String reason = null;
      try {
        http.notePreferred(preferred);
        while (reason == null) {
          heard(http.receive());
        }
      } catch (IOException e) {
        reason = String.valueOf(e.getMessage());
      }
      isUp = false;
      regions.connectionBroke(region);
      if (!closed) {
        listener.disconnected(region, reason);
        LockSupport.parkNanos(pause());
      }
    }
  }

  private long pause() {
    long restart = restartMillis;
    restartMillis = -1;
    return restart >= 0 ? Math.min(restart, MOST_RESTART_MILLIS) * 1_000_000L : backoff.failed();
  }

  private void heard(Event event) {
    long now = clock.nanos();
    if (now - toldAt >= TELL_EVERY) {
      toldAt = now;
      listener.frameHeard(region);
    }
    switch (event) {
      case Event.Admitted _ -> {
        isUp = true;
        backoff.succeeded();
        listener.connected(region);
        LockSupport.unpark(writer);
      }
      case Event.Received(var source, var packet) -> {
        regions.packetHeard(region, source);
        listener.received(region, source, packet);
      }
      case Event.PeerGone(var peer, _) -> {
        regions.peerGone(region, peer);
        listener.peerGone(region, peer);
      }
      case Event.Health(var problem) -> listener.health(region, problem);
      case Event.Restarting(var in, _) -> restartMillis = in;
      default -> {}
    }
  }

  private void write() {
    boolean told = false;
    while (!closed) {
      try {
        if (isUp && told != preferred) {
          told = preferred;
          http.notePreferred(told);
        }
        Waiting next = isUp ? next() : null;
        if (next == null) {
          LockSupport.park(this);
        } else {
          http.send(next.peer, next.packet);
        }
      } catch (IOException e) {
        isUp = false; // the reader finds out why, and connects again
      }
    }
  }

  private @Nullable Waiting next() {
    synchronized (queue) {
      return queue.poll();
    }
  }

  /// Makes the connection anew if it has lost its address or its relay.
  void check() {
    Thread.ofVirtual()
        .name("derp-check")
        .start(() -> {
          try {
            if (http.isStranded()) {
              http.reconnect();
            } else if (http.isConnected()) {
              http.ping(CHECK_LIMIT);
            }
          } catch (IOException e) {
            http.reconnect();
          }
          LockSupport.unpark(reader); // a pause ends: the next try may work
        });
  }

  @Override
  public void close() {
    closed = true;
    http.close();
    LockSupport.unpark(reader);
    LockSupport.unpark(writer);
  }
}
