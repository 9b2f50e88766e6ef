package dev.adit.net.udp;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Views of arrays as channels want them. One is kept for the array used last, nearly always the
/// loop's receive buffer, so that a flow of packets allocates nothing.
final class ArrayView {
  private byte @Nullable [] last;
  private ByteBuffer view = ByteBuffer.allocate(0);

  ByteBuffer of(byte[] array, int offset, int length) {
    if (array != last) {
      last = array;
      view = ByteBuffer.wrap(array);
    }
    return view.clear().position(offset).limit(offset + length);
  }
}
