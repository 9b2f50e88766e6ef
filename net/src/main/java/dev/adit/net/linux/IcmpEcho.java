package dev.adit.net.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.adit.wire.IpAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/// Sends ICMP echo requests to one address and waits for the replies (RFC 792, RFC 4443): the
/// tunnel's proof. Confined to one thread at a time.
///
/// Uses a ping socket where `net.ipv4.ping_group_range` allows it, else a raw one, which needs
/// CAP_NET_RAW.
public final class IcmpEcho implements AutoCloseable {
  /// What [#ping] answers when no reply came in time.
  public static final long NO_REPLY = -1;

  private static final int HEADER = 8;
  private static final int BUFFER = 2048;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(BUFFER, 8);
  private final MemorySegment poll = arena.allocate(8, 8); // struct pollfd
  private final MemorySegment time = arena.allocate(16, 8); // struct timespec
  private final IpAddress destination;
  private final boolean raw;
  private final int descriptor;
  private final int identifier = (int) ProcessHandle.current().pid() & 0xffff;
  private int sequence;

  private IcmpEcho(IpAddress destination) throws IOException {
    this.destination = destination;
    int family = RouteMessages.family(destination);
    int protocol = destination.isV4() ? 1 : 58;
    long opened = Sockets.tryOpen(family, Sockets.DGRAM, protocol);
    raw = opened < 0;
    if (raw) {
      opened = Sockets.open("cannot open an ICMP socket", family, Sockets.RAW, protocol);
    }
    descriptor = (int) opened;
    long connected = connect(family);
    if (connected < 0) {
      close();
      Native.checked("cannot reach " + destination, connected);
    }
    poll.set(JAVA_INT, 0, descriptor);
    poll.set(JAVA_SHORT, 4, Sockets.POLLIN);
  }

  /// Then only what comes from the destination is received.
  private long connect(int family) {
    MemorySegment address = arena.allocate(Sockets.SOCKADDR_IN6, 4);
    address.set(JAVA_SHORT, 0, (short) family);
    byte[] bytes = destination.bytes();
    int offset = bytes.length == 4 ? 4 : 8;
    MemorySegment.copy(bytes, 0, address, JAVA_BYTE, offset, bytes.length);
    return Native.call(
        SystemCall.CONNECT,
        descriptor,
        address.address(),
        bytes.length == 4 ? Sockets.SOCKADDR_IN : Sockets.SOCKADDR_IN6);
  }

  /// @throws ErrnoException also if there is no route to `destination`
  public static IcmpEcho open(IpAddress destination) throws IOException {
    return new IcmpEcho(destination);
  }

  /// Sends one request and waits for its reply.
  ///
  /// @param payload bytes after the header, 0 to 1400
  /// @return the round trip in nanoseconds, or [#NO_REPLY]
  public long ping(int payload, Duration timeout) throws IOException {
    if (payload < 0 || payload > 1400) {
      throw new IllegalArgumentException("payload of " + payload + " bytes, allowed 0 to 1400");
    }
    sequence = sequence + 1 & 0xffff;
    byte[] request = request(payload);
    MemorySegment.copy(request, 0, buffer, JAVA_BYTE, 0, request.length);
    long sentAt = System.nanoTime();
    Native.checked(
        "cannot send to " + destination,
        Native.call(SystemCall.SENDTO, descriptor, buffer.address(), request.length, 0, 0, 0));
    long deadline = sentAt + timeout.toNanos();
    while (true) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return NO_REPLY;
      }
      time.set(JAVA_LONG, 0, left / 1_000_000_000);
      time.set(JAVA_LONG, 8, left % 1_000_000_000);
      if (Native.call(SystemCall.PPOLL, poll.address(), 1, time.address(), 0, 8) <= 0) {
        continue;
      }
      long now = System.nanoTime();
      long length =
          Native.checked(
              destination.toString(),
              Native.call(SystemCall.RECVFROM, descriptor, buffer.address(), BUFFER, 0, 0, 0));
      if (isReply((int) length)) {
        return now - sentAt;
      }
    }
  }

  private byte[] request(int payload) {
    byte[] message = new byte[HEADER + payload];
    message[0] = (byte) (destination.isV4() ? 8 : 128);
    message[4] = (byte) (identifier >> 8);
    message[5] = (byte) identifier;
    message[6] = (byte) (sequence >> 8);
    message[7] = (byte) sequence;
    if (destination.isV4()) { // of ICMPv6 the kernel makes the checksum
      int checksum = InternetChecksum.of(message);
      message[2] = (byte) (checksum >> 8);
      message[3] = (byte) checksum;
    }
    return message;
  }

  private boolean isReply(int length) {
    // A raw IPv4 socket shows the IP header, whose length is in its first byte.
    int at = raw && destination.isV4() && length > 0 ? (u8(0) & 15) * 4 : 0;
    if (length < at + HEADER || u8(at) != (destination.isV4() ? 0 : 129)) {
      return false;
    }
    // The kernel puts an identifier of its own into what a ping socket sends.
    boolean ours = !raw || (u8(at + 4) << 8 | u8(at + 5)) == identifier;
    return ours && (u8(at + 6) << 8 | u8(at + 7)) == sequence;
  }

  private int u8(int offset) {
    return buffer.get(JAVA_BYTE, offset) & 0xff;
  }

  @Override
  public void close() {
    Sockets.close(descriptor);
    arena.close();
  }
}
