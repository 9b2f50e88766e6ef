package dev.adit.derp;

import dev.adit.wire.MalformedException;
import dev.adit.wire.derp.DerpFrame;
import dev.adit.wire.derp.FrameCutter;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A byte stream within this machine: what one end writes, the other reads.
final class Pipe implements ByteChannel {
  private static final byte[] END = {};

  private final LinkedBlockingQueue<byte[]> in;
  private final LinkedBlockingQueue<byte[]> out;
  private byte @Nullable [] rest;

  private Pipe(LinkedBlockingQueue<byte[]> in, LinkedBlockingQueue<byte[]> out) {
    this.in = in;
    this.out = out;
  }

  static Pipe[] pair() {
    var there = new LinkedBlockingQueue<byte[]>();
    var back = new LinkedBlockingQueue<byte[]>();
    return new Pipe[] {new Pipe(there, back), new Pipe(back, there)};
  }

  @Override
  public int read(byte[] buffer, Duration limit) throws IOException {
    byte[] next = rest;
    try {
      next = next != null ? next : in.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    if (next == null) {
      return 0;
    }
    if (next.length == 0) {
      in.add(END);
      return -1;
    }
    int length = Math.min(buffer.length, next.length);
    System.arraycopy(next, 0, buffer, 0, length);
    rest = length == next.length ? null : java.util.Arrays.copyOfRange(next, length, next.length);
    return length;
  }

  @Override
  public void write(byte[] bytes) {
    if (bytes.length > 0) {
      out.add(bytes.clone());
    }
  }

  @Override
  public void close() {
    out.add(END);
    in.add(END);
  }

  /// For the relay's end, which knows its frames: the next one as a value.
  DerpFrame next(FrameCutter cutter) throws IOException, MalformedException {
    byte[] buffer = new byte[100_000];
    while (!cutter.next()) {
      int length = read(buffer, Duration.ofSeconds(5));
      if (length <= 0) {
        throw new IOException("no frame came");
      }
      cutter.append(buffer.clone(), 0, length);
    }
    return cutter.frame();
  }
}
