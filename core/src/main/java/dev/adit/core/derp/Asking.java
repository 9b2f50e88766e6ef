package dev.adit.core.derp;

import dev.adit.crypto.NaclBox;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.derp.ClientInfo;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A client that somebody else decides on: its connection is not read meanwhile, but what was under
/// way already still comes.
///
/// @param held what came behind its first frame
record Asking(PublicKey client, NaclBox box, ClientInfo info, byte[] held) {
  static final int MOST_HELD = 512 * 1024;

  /// The same with more bytes, or null if those are too many.
  @Nullable Asking holding(byte[] bytes, int offset, int length) {
    if (held.length + length > MOST_HELD) {
      return null;
    }
    byte[] more = Arrays.copyOf(held, held.length + length);
    System.arraycopy(bytes, offset, more, held.length, length);
    return new Asking(client, box, info, more);
  }
}
