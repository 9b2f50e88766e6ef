package dev.adit.core.derp;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.derp.PacketFrame;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Packets waiting for one link to another relay, as finished ForwardPacket frames: at most 256
/// with priority and 256 others, of which the oldest makes room (derp §17.19: while a link stands
/// still, its packets are dropped, and no client's reader waits).
///
/// Thread-safe: every method holds its own lock for a few instructions. The link's writer is woken
/// once, and then polls until null. A frame that it cannot write within [#WRITE_LIMIT_NANOS] ends
/// the link (derp §17.20).
public final class ForwardQueue implements Forwarder {
  /// How long the writing of one frame may take.
  public static final long WRITE_LIMIT_NANOS = 5_000_000_000L;

  static final int CAPACITY = 256;

  private final Runnable wake;
  private final LongConsumer dropping;
  private final ClientSendQueue queue = new ClientSendQueue(CAPACITY);
  private boolean awake;
  private boolean closed;
  private long dropped;

  /// @param wake called by any thread when the empty queue was filled; must not block
  public ForwardQueue(Runnable wake) {
    this(wake, _ -> {});
  }

  /// @param dropping told of packets when they are dropped, how many; called by any thread, with
  ///   the queue's lock
  public ForwardQueue(Runnable wake, LongConsumer dropping) {
    this.wake = wake;
    this.dropping = dropping;
  }

  @Override
  public void forward(
      PublicKey source,
      PublicKey destination,
      byte[] bytes,
      int offset,
      int length,
      PacketKind kind) {
    byte[] frame = PacketFrame.forward(source, destination, bytes, offset, length);
    boolean wakes;
    synchronized (this) {
      if (closed) {
        dropped(1);
        return;
      }
      if (!queue.add(source, frame, kind)) {
        dropped(1);
      }
      wakes = !awake;
      awake = true;
    }
    if (wakes) {
      wake.run();
    }
  }

  /// The next frame to write, or null; after null the next packet wakes the writer again.
  public synchronized byte @Nullable [] poll() {
    var frame = queue.poll(null);
    awake = frame != null;
    return frame == null ? null : frame.exact();
  }

  /// Packets that were dropped because the link was slow or had ended.
  public synchronized long dropped() {
    return dropped;
  }

  /// The link has ended: drops what waits, and whatever still comes.
  public synchronized void close() {
    closed = true;
    dropped(queue.size());
    queue.clear();
  }

  private void dropped(int packets) {
    dropped += packets;
    dropping.accept(packets);
  }
}
