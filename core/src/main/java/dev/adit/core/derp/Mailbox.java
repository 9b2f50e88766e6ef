package dev.adit.core.derp;

import dev.adit.core.admission.Admission;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.derp.Derp;
import dev.adit.wire.derp.DerpFrame;
import dev.adit.wire.derp.DerpFrame.PeerPresent;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Where other connections put what they have for one client: packets, and the news of who comes
/// and goes. Thread-safe: every method holds its own lock for a few instructions, and calls nobody
/// while it does.
///
/// The client's owner is woken once, and then empties the box until it is told null.
///
/// News of watched clients are kept as the last word on each, so that a watcher that reads slowly
/// costs no more than there are keys.
final class Mailbox {
  /// How many packets of each kind may wait for the owner's thread while the client takes bytes:
  /// what another thread reads at once is more than a slow client's queue may hold.
  static final int PASSING = 512;

  /// More than the relay ever has to say at once.
  private static final int MOST_SAID = 16;

  private final Runnable wake;
  private final DerpCounts counts;
  private final int queueDepth;
  private final ClientSendQueue queue;
  private boolean blocked;
  private @Nullable ArrayDeque<PublicKey> departed;
  private @Nullable ArrayDeque<DerpFrame> said;
  private @Nullable Map<PublicKey, DerpFrame> watched;
  private volatile boolean awake;
  private volatile @Nullable DerpCounter mustEnd;
  private volatile Admission.@Nullable Verdict verdict;
  private boolean closed;

  // For whoever looks for dropped packets; null before the client is admitted.
  private volatile @Nullable PublicKey owner;
  private volatile @Nullable Supplier<DropListener> drops;

  /// @param wake called by any thread when the empty box was filled; must not block
  Mailbox(Runnable wake, int queueDepth, DerpCounts counts) {
    this.wake = wake;
    this.counts = counts;
    this.queueDepth = queueDepth;
    this.queue = new ClientSendQueue(Math.max(queueDepth, PASSING));
  }

  /// True if nothing waits that the owner has not been woken for and has not taken out.
  boolean isEmpty() {
    return !awake;
  }

  /// Queues a packet; what does not fit drops the oldest of its kind.
  ///
  /// @param header that of a RecvPacket frame; copied, as is the data
  void deliver(
      PublicKey source,
      PacketKind kind,
      byte[] header,
      byte[] bytes,
      int offset,
      int length,
      long now) {
    int dropped = 0;
    long droppedBytes = 0;
    boolean wakes = false;
    boolean gone;
    synchronized (this) {
      gone = closed;
      if (!gone) {
        int limit = blocked ? queueDepth : Math.max(queueDepth, PASSING);
        var spare = queue.makeRoom(kind, limit);
        for (var oldest = spare; oldest != null; oldest = queue.makeRoom(kind, limit)) {
          dropped++;
          droppedBytes += oldest.length - Derp.PACKET_DATA;
        }
        var place = queue.place(kind, spare);
        place.set(source, kind, header, bytes, offset, length);
        place.since = now;
        wakes = rouse();
      }
    }
    if (gone) {
      dropped(DropReason.GONE, kind, 1, length);
    } else if (dropped > 0) {
      dropped(DropReason.QUEUE_HEAD, kind, dropped, droppedBytes);
    }
    if (wakes) {
      wake.run();
    }
  }

  private void dropped(DropReason reason, PacketKind kind, int packets, long bytes) {
    counts.dropped(reason, kind, packets, bytes);
    tell(reason, packets);
  }

  /// To be called without the lock: a listener may be slow.
  private void tell(DropReason reason, int packets) {
    var listener = drops;
    var client = owner;
    if (listener != null && client != null) {
      listener.get().dropped(client, reason, packets);
    }
  }

  /// The owner tells whose box this is, and who is told of its dropped packets.
  void admitted(PublicKey client, Supplier<DropListener> listener) {
    owner = client;
    drops = listener;
  }

  /// The owner tells whether the client takes bytes: while it does not, no more than the queue's
  /// depth waits, and what waits is fresh.
  synchronized void blocked(boolean isBlocked) {
    blocked = isBlocked;
  }

  /// Tells that `key`, which had sent something, has left.
  void departed(PublicKey key) {
    boolean wakes;
    synchronized (this) {
      if (closed) {
        return;
      }
      departed = departed == null ? new ArrayDeque<>(2) : departed;
      departed.add(key);
      wakes = rouse();
    }
    if (wakes) {
      wake.run();
    }
  }

  /// Queues a frame of the relay's own.
  void say(DerpFrame frame) {
    boolean wakes;
    synchronized (this) {
      said = said == null ? new ArrayDeque<>(2) : said;
      if (closed || said.size() == MOST_SAID) {
        return;
      }
      said.add(frame);
      wakes = rouse();
    }
    if (wakes) {
      wake.run();
    }
  }

  /// Notes for a watcher that `key` is present, or with null that it is not; true if [#wake] must
  /// be called, which the caller does when it holds no lock any more.
  synchronized boolean watched(PublicKey key, @Nullable PeerPresent presence) {
    if (closed) {
      return false;
    }
    watched = watched == null ? new LinkedHashMap<>() : watched;
    watched.remove(key); // the last word comes last
    watched.put(
        key,
        presence != null ? presence : new DerpFrame.PeerGone(key, DerpFrame.PeerGone.DISCONNECTED));
    return rouse();
  }

  void wake() {
    wake.run();
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
  @Nullable DerpCounter mustEnd() {
    return mustEnd;
  }

  /// Tells whether the client is admitted, when that was not known at once.
  void judged(Admission.Verdict verdict) {
    boolean wakes;
    synchronized (this) {
      this.verdict = verdict;
      wakes = rouse();
    }
    if (wakes) {
      wake.run();
    }
  }

  Admission.@Nullable Verdict verdict() {
    return verdict;
  }

  private boolean rouse() {
    boolean wasAsleep = !awake;
    awake = true;
    return wasAsleep;
  }

  /// The next frame for the client, or null; after null the next arrival wakes the owner again. A
  /// departure's `source` is who has left; other news have none.
  ///
  /// @param spare what the owner has finished with; handed over
  synchronized @Nullable QueuedFrame poll(@Nullable QueuedFrame spare) {
    var gone = departed == null ? null : departed.poll();
    if (gone != null) {
      var frame = new DerpFrame.PeerGone(gone, DerpFrame.PeerGone.DISCONNECTED);
      return new QueuedFrame().adopt(gone, null, frame.encode());
    }
    departed = null;
    var ours = said == null ? null : said.poll();
    if (ours != null) {
      return new QueuedFrame().adopt(null, null, ours.encode());
    }
    said = null;
    if (watched != null && !watched.isEmpty()) {
      Iterator<DerpFrame> news = watched.values().iterator();
      var frame = news.next();
      news.remove();
      return new QueuedFrame().adopt(null, null, frame.encode());
    }
    watched = null;
    var packet = queue.poll(spare);
    if (packet == null) {
      awake = false;
    }
    return packet;
  }

  /// Gives memory back that a client which has become idle does not need.
  synchronized void trim() {
    queue.trim();
  }

  /// Drops what waits, and takes no more.
  void close() {
    int dropped;
    synchronized (this) {
      closed = true;
      dropped = queue.size();
      queue.forEach(packet -> {
        if (packet.kind != null) {
          counts.dropped(DropReason.GONE, packet.kind, 1, packet.length - Derp.PACKET_DATA);
        }
      });
      queue.clear();
      departed = null;
      said = null;
      watched = null;
    }
    if (dropped > 0) {
      tell(DropReason.GONE, dropped);
    }
  }
}
