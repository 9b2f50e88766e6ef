package dev.adit.net.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.adit.wire.IpAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which IPv4 address the kernel would send from, asked by connecting a UDP socket, which sends
/// nothing, and kept until routes change (nat-traversal R-RAW-5). Confined to one thread.
final class SourceAddresses implements AutoCloseable {
  /// More than a node ever talks to; when strangers fill it, it starts anew.
  private static final int MAX_KNOWN = 4096;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment address = arena.allocate(Sockets.SOCKADDR_IN, 4);
  private final MemorySegment length = arena.allocate(4, 4);
  private final Map<IpAddress, byte[]> known = new HashMap<>();
  private final int descriptor;

  /// @param mark that chooses among routes, 0 for none
  SourceAddresses(int mark) throws IOException {
    descriptor = Sockets.open("cannot open a UDP socket", Sockets.INET, Sockets.DGRAM, 0);
    if (mark != 0) {
      long marked = Sockets.trySet(descriptor, Sockets.SOL_SOCKET, Sockets.SO_MARK, mark);
      if (marked < 0) {
        close();
        Native.checked("cannot mark a UDP socket", marked);
      }
    }
  }

  /// @return 4 bytes that must not be changed, or null if there is no route to `target`
  byte @Nullable [] toward(IpAddress target) {
    byte[] source = known.get(target);
    if (source == null) {
      source = ask(target);
      if (source != null) {
        if (known.size() >= MAX_KNOWN) {
          known.clear();
        }
        known.put(target, source);
      }
    }
    return source;
  }

  private byte @Nullable [] ask(IpAddress target) {
    // A socket keeps the address it was connected from, so it is disconnected first (AF_UNSPEC).
    address.fill((byte) 0);
    connect();
    address.set(JAVA_SHORT, 0, (short) Sockets.INET);
    address.set(JAVA_SHORT, 2, (short) -1); // some port
    MemorySegment.copy(target.bytes(), 0, address, JAVA_BYTE, 4, 4);
    if (connect() < 0) {
      return null;
    }
    length.set(JAVA_INT, 0, Sockets.SOCKADDR_IN);
    if (Native.call(SystemCall.GETSOCKNAME, descriptor, address.address(), length.address()) < 0) {
      return null;
    }
    byte[] source = new byte[4];
    MemorySegment.copy(address, JAVA_BYTE, 4, source, 0, 4);
    return source;
  }

  private long connect() {
    return Native.call(SystemCall.CONNECT, descriptor, address.address(), Sockets.SOCKADDR_IN);
  }

  /// Routes or addresses have changed.
  void forget() {
    known.clear();
  }

  void forget(IpAddress target) {
    known.remove(target);
  }

  @Override
  public void close() {
    Sockets.close(descriptor);
    arena.close();
  }
}
