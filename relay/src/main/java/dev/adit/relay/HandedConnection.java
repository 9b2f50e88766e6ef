package dev.adit.relay;

import dev.adit.derp.ByteChannel;
import dev.adit.net.frontdoor.ByteConnection;
import dev.adit.wire.Endpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A blocking byte stream as the relay's sessions know connections: with an event loop, which here
/// is a thread of its own. Two more read and write, so that neither ever waits for the other.
final class HandedConnection implements ByteConnection {
  private static final int RECORD_BYTES = 16 * 1024;
  private static final int MOST_WAITING = 64 * 1024;
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final ByteChannel channel;
  private final Endpoint remote;
  private final ScheduledExecutorService loop =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("derp-handed").factory());

  // Of the loop.
  private final ByteArrayOutputStream batch = new ByteArrayOutputStream();
  private @Nullable Listener listener;
  private long writtenBefore;

  // Guarded by this, which is never held across I/O.
  private final ArrayDeque<byte[]> outgoing = new ArrayDeque<>();
  private long waiting;
  private long written;
  private boolean blocked;
  private boolean reading = true;
  private boolean ended;
  private @Nullable Thread loopThread;

  HandedConnection(ByteChannel channel, Endpoint remote) {
    this.channel = channel;
    this.remote = remote;
  }

  /// Lets `acceptor` take it over.
  void start(Acceptor acceptor) {
    execute(() -> listener = acceptor.accept(this));
    Thread.ofVirtual().name("derp-handed-read").start(this::read);
    Thread.ofVirtual().name("derp-handed-write").start(this::write);
  }

  private void read() {
    byte[] buffer = new byte[RECORD_BYTES];
    try {
      while (mayRead()) {
        int length = channel.read(buffer, LOOK);
        if (length < 0) {
          break;
        }
        if (length > 0) {
          // Waits for it: what is read and not dealt with is one buffer, never more.
          loop.submit(() -> turn(() -> received(buffer, length))).get();
        }
      }
    } catch (IOException | ExecutionException | RejectedExecutionException e) {
      // The end, as any other.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close();
    }
  }

  /// Waits while there is to be no reading; false at the end.
  private synchronized boolean mayRead() throws InterruptedException {
    while (!reading && !ended) {
      wait();
    }
    return !ended;
  }

  private void received(byte[] buffer, int length) {
    Listener hears = listener;
    if (hears != null) {
      hears.received(buffer, 0, length);
      hears.readBatchEnded();
    }
  }

  private void write() {
    try {
      while (true) {
        byte[] next = next();
        if (next == null) {
          return;
        }
        channel.write(next);
        if (wrote(next.length)) {
          execute(() -> {
            if (listener != null) {
              listener.writable();
            }
          });
        }
      }
    } catch (IOException e) {
      close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
    }
  }

  private synchronized byte @Nullable [] next() throws InterruptedException {
    while (outgoing.isEmpty() && !ended) {
      wait();
    }
    return ended ? null : outgoing.poll();
  }

  /// True if that made room again.
  private synchronized boolean wrote(int length) {
    waiting -= length;
    written += length;
    boolean again = blocked && waiting <= MOST_WAITING / 2;
    blocked = blocked && !again;
    return again;
  }

  @Override
  public Endpoint remote() {
    return remote;
  }

  @Override
  public synchronized void write(byte[] bytes) {
    if (!ended && bytes.length > 0) {
      outgoing.add(bytes);
      waiting += bytes.length;
      blocked = blocked || waiting > MOST_WAITING;
      notifyAll();
    }
  }

  @Override
  public void flush() {
    // Nothing waits for it.
  }

  @Override
  public void append(byte[] bytes, int offset, int length) {
    if (batch.size() + length > RECORD_BYTES) {
      writeBatch();
    }
    batch.write(bytes, offset, length);
  }

  private void writeBatch() {
    if (batch.size() > 0) {
      write(batch.toByteArray());
      batch.reset();
    }
  }

  @Override
  public boolean isWritableHere() {
    synchronized (this) {
      return loopThread == Thread.currentThread() && waiting <= MOST_WAITING;
    }
  }

  @Override
  public synchronized boolean isWritable() {
    return waiting <= MOST_WAITING;
  }

  @Override
  public boolean progressed() {
    long now;
    synchronized (this) {
      now = written;
    }
    boolean more = now != writtenBefore;
    writtenBefore = now;
    return more;
  }

  @Override
  public synchronized void setReading(boolean reading) {
    this.reading = reading;
    notifyAll();
  }

  @Override
  public void close() {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      outgoing.clear();
      notifyAll();
    }
    channel.close();
    execute(() -> {
      if (listener != null) {
        listener.closed();
      }
      loop.shutdownNow();
    });
  }

  @Override
  public void execute(Runnable task) {
    try {
      loop.execute(() -> turn(task));
    } catch (RejectedExecutionException e) {
      // It has ended.
    }
  }

  @Override
  public void schedule(Runnable task, long delayNanos) {
    try {
      var ignored = loop.schedule(() -> turn(task), delayNanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // It has ended.
    }
  }

  /// One turn of the loop: what it appends leaves together at its end.
  private void turn(Runnable task) {
    synchronized (this) {
      loopThread = Thread.currentThread();
    }
    task.run();
    writeBatch();
  }
}
