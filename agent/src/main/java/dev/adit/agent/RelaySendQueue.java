package dev.adit.agent;

import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What waits to be written to a relay: priority frames before data, each bounded, the oldest
/// dropped (nat-traversal R-LO-3, §5.7). Thread-safe; only [#take] waits.
final class RelaySendQueue {
  /// Handshakes and probes: a node with hundreds of peers may have one of each on its way at once.
  static final int MAX_PRIORITY = 512;

  /// More would only add delay: TCP's own buffer is full by then.
  static final int MAX_DATA = 128;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<byte[]> priority = new ArrayDeque<>();
  private final ArrayDeque<byte[]> data = new ArrayDeque<>();
  private final Runnable dropped;
  private boolean closed;

  /// @param dropped runs whenever a frame is dropped because its queue is full
  RelaySendQueue(Runnable dropped) {
    this.dropped = dropped;
  }

  void add(byte[] frame, boolean isPriority) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      ArrayDeque<byte[]> queue = isPriority ? priority : data;
      if (queue.size() >= (isPriority ? MAX_PRIORITY : MAX_DATA)) {
        queue.poll();
        dropped.run();
      }
      queue.add(frame);
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  boolean isEmpty() {
    lock.lock();
    try {
      return priority.isEmpty() && data.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /// Waits for frames and copies as many as fit into `batch`, so that they leave in one TLS record.
  ///
  /// @return the bytes written into `batch`; −1 once closed. A frame longer than `batch` is
  ///   returned by [#tooLong] instead and the answer is 0
  int take(byte[] batch) throws InterruptedException {
    lock.lock();
    try {
      while (!closed && priority.isEmpty() && data.isEmpty()) {
        changed.await();
      }
      if (closed) {
        return -1;
      }
      int length = fill(priority, batch, 0);
      return priority.isEmpty() ? fill(data, batch, length) : length;
    } finally {
      lock.unlock();
    }
  }

  /// The next frame if it is longer than `batch`, else null.
  byte @Nullable [] tooLong(byte[] batch) {
    lock.lock();
    try {
      ArrayDeque<byte[]> queue = priority.isEmpty() ? data : priority;
      byte[] next = queue.peek();
      return next != null && next.length > batch.length ? queue.poll() : null;
    } finally {
      lock.unlock();
    }
  }

  private static int fill(ArrayDeque<byte[]> queue, byte[] batch, int from) {
    int length = from;
    for (byte[] next = queue.peek();
        next != null && length + next.length <= batch.length;
        next = queue.peek()) {
      System.arraycopy(next, 0, batch, length, next.length);
      length += next.length;
      queue.poll();
    }
    return length;
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      priority.clear();
      data.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
