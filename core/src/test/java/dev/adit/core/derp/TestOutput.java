package dev.adit.core.derp;

import dev.adit.wire.BigEndian;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A connection's outgoing half that keeps what it is given, as if it were of the caller's thread.
final class TestOutput implements DerpOutput {
  boolean takes = true;
  boolean progressed;
  int wakes;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  @Override
  public boolean takes() {
    return takes;
  }

  @Override
  public void append(byte[] array, int offset, int length) {
    if (!takes) {
      throw new IllegalStateException("it takes nothing");
    }
    bytes.write(array, offset, length);
  }

  @Override
  public void wake() {
    wakes++;
  }

  @Override
  public boolean progressed() {
    boolean was = progressed;
    progressed = false;
    return was;
  }

  /// What was appended since this was called last.
  byte[] take() {
    byte[] all = bytes.toByteArray();
    bytes.reset();
    return all;
  }

  /// The same, cut into whole frames.
  List<byte[]> takeFrames() {
    byte[] all = take();
    List<byte[]> frames = new ArrayList<>();
    for (int at = 0; at < all.length; ) {
      int end = at + 5 + BigEndian.u32(all, at + 1);
      frames.add(Arrays.copyOfRange(all, at, end));
      at = end;
    }
    return frames;
  }
}
