package dev.adit.relay;

import dev.adit.core.derp.ForwardQueue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.LockSupport;

/// Writes what one connection to another relay is sent, on a thread of its own: operator's orders
/// first, then packets.
final class MeshWriter implements AutoCloseable {
  /// Frames that fit into one TLS record leave together.
  private static final int RECORD_BYTES = 16 * 1024;

  /// An operator has no more wishes at once.
  private static final int MOST_ORDERS = 1024;

  private final Output output;
  private final Runnable failed;
  private final Thread thread = Thread.ofVirtual().name("mesh-write").unstarted(this::run);
  private final ForwardQueue queue;
  private final BlockingQueue<byte[]> orders = new ArrayBlockingQueue<>(MOST_ORDERS);
  private volatile boolean ended;

  /// Takes whole frames.
  interface Output {
    /// May block.
    void write(byte[] frames) throws IOException;
  }

  /// @param failed called once by the writer's thread when the output is at its end
  MeshWriter(Output output, Runnable failed, RelayMetrics metrics) {
    this.output = output;
    this.failed = failed;
    this.queue =
        new ForwardQueue(
            () -> LockSupport.unpark(thread),
            dropped -> metrics.add(MeshCounter.PACKETS_DROPPED, dropped));
  }

  void start() {
    thread.start();
  }

  /// Of packets for the other relay.
  ForwardQueue queue() {
    return queue;
  }

  /// A frame that is no packet, before all that are; false if too many wait already.
  boolean order(byte[] frame) {
    boolean taken = orders.offer(frame);
    LockSupport.unpark(thread);
    return taken;
  }

  private void run() {
    var batch = new ByteArrayOutputStream(RECORD_BYTES);
    try {
      while (!ended) {
        byte[] order = orders.poll();
        byte[] frame = order == null ? queue.poll() : order;
        if (frame == null && batch.size() == 0) {
          LockSupport.park(this);
          continue;
        }
        if (frame == null || batch.size() + frame.length > RECORD_BYTES) {
          // Whoever wakes us while this blocks may do so in vain, because blocking parks, too: so
          // the
          // queue is asked again before the next park.
          output.write(batch.toByteArray());
          batch.reset();
        }
        if (frame != null) {
          batch.writeBytes(frame);
        }
      }
    } catch (IOException e) {
      failed.run();
    }
  }

  @Override
  public void close() {
    ended = true;
    queue.close();
    LockSupport.unpark(thread);
  }
}
