package dev.adit.core.derp;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.derp.Derp;
import dev.adit.wire.derp.DerpFrame;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where other connections put what they have for one client: packets, and the news that someone
/// has left. Thread-safe: every method holds its own lock for a few instructions, and calls nobody
/// while it does.
///
/// The client's owner is woken once, and then empties the box until it is told null.
final class Mailbox {
  /// Departures one client can be waiting for. Of later senders it is not told that they left; they
  /// cost it a useless route, no more.
  static final int MOST_HEARD = 4096;

  private final Runnable wake;
  private final DerpCounter.Sink counters;
  private final ClientSendQueue queue = new ClientSendQueue();
  private final ArrayDeque<PublicKey> departed = new ArrayDeque<>(0);
  private final Set<PublicKey> heard = new HashSet<>(0);
  private @Nullable PublicKey lastHeard;
  private @Nullable PublicKey firstHeard;
  private boolean awake;
  private @Nullable DerpCounter mustEnd;
  private boolean closed;

  /// @param wake called by any thread when the empty box was filled; must not block
  Mailbox(Runnable wake, DerpCounter.Sink counters) {
    this.wake = wake;
    this.counters = counters;
  }

  /// Queues a RecvPacket frame; what does not fit drops the oldest.
  void deliver(PublicKey source, byte[] frame, boolean hasPriority) {
    boolean room;
    boolean wakes;
    synchronized (this) {
      if (closed) {
        counters.add(DerpCounter.DROPPED_GONE, 1);
        return;
      }
      room = queue.add(source, frame, hasPriority);
      wakes = rouse();
    }
    if (!room) {
      counters.add(DerpCounter.DROPPED_QUEUE_HEAD, 1);
    }
    if (wakes) {
      wake.run();
    }
  }

  /// Tells that `key`, which had sent something, has left.
  void departed(PublicKey key) {
    boolean wakes;
    synchronized (this) {
      if (closed || !heard.remove(key)) {
        return;
      }
      lastHeard = null;
      departed.add(key);
      wakes = rouse();
    }
    if (wakes) {
      wake.run();
    }
  }

  /// Tells that the connection must end, and as what that is counted.
  void demandEnd(DerpCounter why) {
    boolean wakes;
    synchronized (this) {
      mustEnd = why;
      wakes = rouse();
    }
    if (wakes) {
      wake.run();
    }
  }

  /// Why the connection must end, or null if it need not.
  synchronized @Nullable DerpCounter mustEnd() {
    return mustEnd;
  }

  private boolean rouse() {
    boolean wasAsleep = !awake;
    awake = true;
    return wasAsleep;
  }

  /// The next frame for the client, or null; after null the next arrival wakes the owner again.
  /// After a frame, [#takeFirstHeard] must be asked.
  synchronized byte @Nullable [] poll() {
    var gone = departed.poll();
    if (gone != null) {
      counters.add(DerpCounter.PEER_GONE_DISCONNECTED, 1);
      return new DerpFrame.PeerGone(gone, DerpFrame.PeerGone.DISCONNECTED).encode();
    }
    byte[] frame = queue.poll();
    if (frame == null) {
      awake = false;
      return null;
    }
    counters.add(DerpCounter.PACKETS_SENT, 1);
    counters.add(DerpCounter.BYTES_SENT, frame.length - Derp.PACKET_DATA);
    var source = queue.source();
    // Packets come in runs of one source, whose key is then the same array.
    if (source != null
        && (lastHeard == null || !lastHeard.equals(source))
        && heard.size() < MOST_HEARD) {
      lastHeard = source;
      firstHeard = heard.add(source) ? source : null;
    }
    return frame;
  }

  /// The source of the packet just polled, if its departure is not awaited yet; else null.
  synchronized @Nullable PublicKey takeFirstHeard() {
    var source = firstHeard;
    firstHeard = null;
    return source;
  }

  /// Drops what waits, and takes no more; answers whose departures were awaited.
  synchronized Set<PublicKey> close() {
    closed = true;
    counters.add(DerpCounter.DROPPED_GONE, queue.size());
    queue.clear();
    departed.clear();
    var awaited = Set.copyOf(heard);
    heard.clear();
    return awaited;
  }
}
