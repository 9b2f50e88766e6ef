package dev.adit.net.linux;

import static dev.adit.net.linux.Sockets.INET;
import static dev.adit.net.linux.Sockets.INET6;
import static dev.adit.net.linux.Sockets.MSG_DONTWAIT;
import static dev.adit.net.linux.Sockets.MSG_NOSIGNAL;
import static dev.adit.net.linux.Sockets.SOCKADDR_IN;
import static dev.adit.net.linux.Sockets.SOCKADDR_IN6;
import static dev.adit.net.linux.Sockets.SOL_IP;
import static dev.adit.net.linux.Sockets.SOL_IPV6;
import static dev.adit.net.linux.Sockets.SOL_UDP;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.adit.wire.Endpoint;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Reads and writes UDP sockets, in trains where the kernel can: up to 64 datagrams of one size
/// from or to one place in one system call (`UDP_GRO`, `UDP_SEGMENT`). What one call costs is most
/// of what a datagram costs, and WireGuard's own programs send and take such trains.
///
/// Serves any number of sockets of one thread, and is confined to it. A steady flow allocates
/// nothing. What is not sent is counted by its socket.
public final class UdpTransfer implements AutoCloseable {
  /// Of one train; kernels before 6.9 take no more.
  static final int MOST_SEGMENTS = 64;

  private static final int MOST_BYTES = 65_000;
  private static final int BUFFER_BYTES = 65_536;

  /// After a refused train, as many are sent one by one before the next try.
  private static final int REFUSED_PAUSE = 1_000;

  private static final int UDP_SEGMENT = 103;
  private static final int UDP_GRO = 104;
  private static final int IP_TOS = 1;
  private static final int IPV6_TCLASS = 67;
  private static final int EIO = 5;
  private static final int EMSGSIZE = 90;

  private static final int MSGHDR = 56;
  private static final int CMSGHDR = 16;
  private static final int CONTROL = 64;

  private final Arena arena = Arena.ofShared();

  // reading
  private final byte[] received = new byte[BUFFER_BYTES];
  private final MemorySegment in = arena.allocate(BUFFER_BYTES, 8);
  private final MemorySegment inMessage = arena.allocate(MSGHDR, 8);
  private final MemorySegment inVector = arena.allocate(16, 8);
  private final MemorySegment inControl = arena.allocate(CONTROL, 8);
  private final MemorySegment from = arena.allocate(SOCKADDR_IN6 + 4, 8);
  private final KnownSources sources = new KnownSources();
  private int segmentSize;

  // the train that is being made up
  private final MemorySegment out = arena.allocate(BUFFER_BYTES, 8);
  private final MemorySegment outMessage = arena.allocate(MSGHDR, 8);
  private final MemorySegment outVector = arena.allocate(16, 8);
  private final MemorySegment outControl = arena.allocate(CONTROL, 8);
  private final MemorySegment to = arena.allocate(SOCKADDR_IN6, 8);
  private @Nullable Endpoint named; // what `to` has
  private @Nullable UdpSocket socket;
  private @Nullable Endpoint target;
  private int count;
  private int size; // of each but the last
  private int length; // of all
  private boolean isFull;

  public UdpTransfer() {
    inVector.set(JAVA_LONG, 0, in.address());
    inVector.set(JAVA_LONG, 8, BUFFER_BYTES);
    inMessage.set(JAVA_LONG, 0, from.address());
    inMessage.set(JAVA_LONG, 16, inVector.address());
    inMessage.set(JAVA_LONG, 24, 1);
    inMessage.set(JAVA_LONG, 32, inControl.address());
    outVector.set(JAVA_LONG, 0, out.address());
    outMessage.set(JAVA_LONG, 16, outVector.address());
    outMessage.set(JAVA_LONG, 24, 1);
  }

  // --- reading

  /// Reads what waits first: a datagram, or a train of them.
  ///
  /// @return how many bytes of [#received] are filled, by datagrams of [#segmentSize], of which the
  ///   last may be shorter; negative if nothing waits
  public int receive(UdpSocket reads) {
    inMessage.set(JAVA_INT, 8, SOCKADDR_IN6);
    inMessage.set(JAVA_LONG, 40, CONTROL);
    long read =
        Native.call(
            SystemCall.RECVMSG, reads.descriptor(), inMessage.address(), MSG_DONTWAIT, 0, 0, 0);
    if (read < 0) {
      return -1; // nothing, or an ICMP error about an earlier packet: probes find out themselves
    }
    int bytes = (int) read;
    segmentSize = Math.max(1, Math.min(bytes, groSize(bytes)));
    MemorySegment.copy(in, JAVA_BYTE, 0, received, 0, bytes);
    return bytes;
  }

  private int groSize(int otherwise) {
    long controls = inMessage.get(JAVA_LONG, 40);
    boolean isGro =
        controls >= CMSGHDR + 4
            && inControl.get(JAVA_INT, 8) == SOL_UDP
            && inControl.get(JAVA_INT, 12) == UDP_GRO;
    return isGro ? inControl.get(JAVA_INT, CMSGHDR) : otherwise;
  }

  /// What was read last; valid until the next [#receive].
  public byte[] received() {
    return received;
  }

  /// Of the datagrams that were read last, in bytes; at least 1.
  public int segmentSize() {
    return segmentSize;
  }

  /// Where what was read last came from.
  public Endpoint source() {
    return sources.of(from);
  }

  // --- writing

  /// Sends, at the latest with the next [#flush].
  ///
  /// @param where null for the one that the socket is connected to
  public void send(UdpSocket over, @Nullable Endpoint where, byte[] packet, int offset, int bytes) {
    if (bytes > MOST_BYTES) {
      over.unsent.increment();
      return;
    }
    if (count > 0 && !fits(over, where, bytes)) {
      flush();
    }
    if (count == 0) {
      begin(over, where, bytes);
    }
    MemorySegment.copy(packet, offset, out, JAVA_BYTE, length, bytes);
    length += bytes;
    count++;
    isFull = bytes < size || count == MOST_SEGMENTS;
  }

  private boolean fits(UdpSocket over, @Nullable Endpoint where, int bytes) {
    return !isFull
        && over == socket
        && bytes > 0
        && bytes <= size
        && length + bytes <= MOST_BYTES
        && (where == target || where != null && where.equals(target));
  }

  private void begin(UdpSocket over, @Nullable Endpoint where, int bytes) {
    if (where != null && !where.equals(named)) {
      name(where);
    }
    outMessage.set(JAVA_LONG, 0, where == null ? 0 : to.address());
    outMessage.set(JAVA_INT, 8, where == null ? 0 : over.isV4() ? SOCKADDR_IN : SOCKADDR_IN6);
    socket = over;
    target = where;
    size = bytes;
    length = 0;
  }

  /// struct sockaddr_in: family, port, address; sockaddr_in6: family, port, flow, address, scope.
  private void name(Endpoint where) {
    byte[] address = where.address().bytes();
    boolean v4 = address.length == 4;
    to.fill((byte) 0);
    to.set(JAVA_SHORT, 0, (short) (v4 ? INET : INET6));
    to.set(JAVA_SHORT, 2, Short.reverseBytes((short) where.port()));
    MemorySegment.copy(address, 0, to, JAVA_BYTE, v4 ? 4 : 8, address.length);
    named = where;
  }

  /// Sends at once, after all that was to be sent before, with a traffic class of its own.
  ///
  /// @param trafficClass of the IP header, 0 to 255
  public void sendMarked(UdpSocket over, Endpoint where, byte[] packet, int trafficClass) {
    flush();
    send(over, where, packet, 0, packet.length);
    if (count == 1) { // else too long
      control(over.isV4() ? SOL_IP : SOL_IPV6, over.isV4() ? IP_TOS : IPV6_TCLASS, 4);
      outControl.set(JAVA_INT, CMSGHDR, trafficClass);
      if (sendNow(over, 0, length) < 0) {
        over.unsent.increment();
      }
      count = 0;
    }
  }

  /// Sends what waits. What the kernel does not take is gone, as on any network: no room, no route,
  /// too big for the path.
  public void flush() {
    UdpSocket over = socket;
    if (count == 0 || over == null) {
      return;
    }
    if (count == 1) {
      sendOneByOne(over);
    } else if (over.withoutOffload > 0) {
      over.withoutOffload--;
      sendOneByOne(over);
    } else {
      control(SOL_UDP, UDP_SEGMENT, 2);
      outControl.set(JAVA_SHORT, CMSGHDR, (short) size);
      long result = sendNow(over, 0, length);
      if (result == -EIO || result == -ErrnoException.EINVAL || result == -EMSGSIZE) {
        // No checksum offload, or longer than the path carries: that is each datagram's own matter.
        over.withoutOffload = REFUSED_PAUSE;
        sendOneByOne(over);
      } else if (result < 0) {
        over.unsent.add(count);
      }
    }
    count = 0;
    isFull = false;
  }

  private void sendOneByOne(UdpSocket over) {
    outMessage.set(JAVA_LONG, 40, 0); // no control message
    int at = 0;
    do {
      if (sendNow(over, at, Math.min(size, length - at)) < 0) {
        over.unsent.increment();
      }
      at += size;
    } while (at < length);
  }

  private long sendNow(UdpSocket over, int at, int bytes) {
    outVector.set(JAVA_LONG, 0, out.address() + at);
    outVector.set(JAVA_LONG, 8, bytes);
    return Native.call(
        SystemCall.SENDMSG,
        over.descriptor(),
        outMessage.address(),
        MSG_DONTWAIT | MSG_NOSIGNAL,
        0,
        0,
        0);
  }

  /// struct cmsghdr: length u64, level i32, type i32.
  private void control(int level, int type, int bytes) {
    outControl.set(JAVA_LONG, 0, CMSGHDR + bytes);
    outControl.set(JAVA_INT, 8, level);
    outControl.set(JAVA_INT, 12, type);
    outMessage.set(JAVA_LONG, 32, outControl.address());
    outMessage.set(JAVA_LONG, 40, CMSGHDR + 8);
  }

  @Override
  public void close() {
    arena.close();
  }
}
