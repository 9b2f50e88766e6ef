package dev.adit.net.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Endpoints by the socket addresses that the kernel writes, so that a steady flow makes no
/// objects. Two that share a place take it from each other: then one is made anew, no more.
/// Confined to one thread.
final class KnownSources {
  private static final int PLACES = 1024; // a power of two
  private static final int WORDS = 3; // of 8 bytes: family, port, flow; the address

  private final long[] words = new long[PLACES * WORDS];
  private final @Nullable Endpoint[] known = new @Nullable Endpoint[PLACES];

  /// @param name struct sockaddr_in, or sockaddr_in6; at least 24 bytes, zeros behind the first
  Endpoint of(MemorySegment name) {
    boolean v4 = name.get(JAVA_SHORT, 0) == Sockets.INET;
    long head =
        v4 ? name.get(JAVA_LONG, 0) : name.get(JAVA_LONG, 0) & 0xffff_ffffL; // no flow label
    long high = v4 ? 0 : name.get(JAVA_LONG, 8);
    long low = v4 ? 0 : name.get(JAVA_LONG, 16);
    long mixed = (head * 0x9e37_79b9_7f4a_7c15L ^ high) * 0x9e37_79b9_7f4a_7c15L ^ low;
    int place = (int) (mixed * 0x9e37_79b9_7f4a_7c15L >>> 54);
    int at = place * WORDS;
    Endpoint endpoint = known[place];
    if (endpoint == null || words[at] != head || words[at + 1] != high || words[at + 2] != low) {
      byte[] address = new byte[v4 ? 4 : 16];
      MemorySegment.copy(name, JAVA_BYTE, v4 ? 4 : 8, address, 0, address.length);
      int port = Short.toUnsignedInt(Short.reverseBytes(name.get(JAVA_SHORT, 2)));
      endpoint = new Endpoint(IpAddress.of(address), port);
      known[place] = endpoint;
      words[at] = head;
      words[at + 1] = high;
      words[at + 2] = low;
    }
    return endpoint;
  }
}
