package dev.adit.core.derp;

import dev.adit.crypto.PublicKey;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One frame on its way through a queue. Used again and again, so that a busy queue allocates
/// nothing: whoever takes one out puts another in its place.
final class QueuedFrame {
  private static final byte[] NOTHING = {};

  /// Most packets are of one size; a little more room lets the array serve them all.
  private static final int STEP = 512;

  byte[] bytes = NOTHING;
  int length;

  /// When a packet began to wait, nanoseconds.
  long since;

  /// Whose packet it is, or who has left; null for other frames.
  @Nullable PublicKey source;

  /// Null for what is no packet.
  @Nullable PacketKind kind;

  /// Becomes a packet's frame: `header`, then a part of `data`. Both are copied.
  void set(
      PublicKey source, PacketKind kind, byte[] header, byte[] data, int offset, int dataLength) {
    length = header.length + dataLength;
    if (bytes.length < length) {
      bytes = new byte[(length + STEP - 1) / STEP * STEP];
    }
    System.arraycopy(header, 0, bytes, 0, header.length);
    System.arraycopy(data, offset, bytes, header.length, dataLength);
    this.source = source;
    this.kind = kind;
  }

  /// Becomes a whole frame; the array is handed over.
  QueuedFrame adopt(@Nullable PublicKey source, @Nullable PacketKind kind, byte[] frame) {
    bytes = frame;
    length = frame.length;
    this.source = source;
    this.kind = kind;
    return this;
  }

  /// The frame in an array of exactly its size.
  byte[] exact() {
    return bytes.length == length ? bytes : Arrays.copyOf(bytes, length);
  }
}
