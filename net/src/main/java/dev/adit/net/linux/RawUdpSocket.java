package dev.adit.net.linux;

import static dev.adit.net.linux.Sockets.INET;
import static dev.adit.net.linux.Sockets.INET6;
import static dev.adit.net.linux.Sockets.MSG_DONTWAIT;
import static dev.adit.net.linux.Sockets.RAW;
import static dev.adit.net.linux.Sockets.SOCKADDR_IN;
import static dev.adit.net.linux.Sockets.SOCKADDR_IN6;
import static dev.adit.net.linux.Sockets.SOL_IP;
import static dev.adit.net.linux.Sockets.SOL_IPV6;
import static dev.adit.net.linux.Sockets.SOL_SOCKET;
import static dev.adit.net.linux.Sockets.SO_MARK;
import static dev.adit.net.linux.Sockets.SO_RCVBUFFORCE;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A raw socket of one address family that sends UDP datagrams from a port which another socket has
/// bound, and hears those to that port which are ours (nat-traversal §5.2). One thread may send
/// while another one receives.
///
/// ```
/// WireGuard's socket ── port W ──┬── network      we write: UDP header, payload
/// this raw socket ───────────────┘                we read:  IPv4: from the IP header on
///                                                           IPv6: from the UDP header on
/// ```
final class RawUdpSocket implements AutoCloseable {
  /// How a datagram is marked on the IP layer.
  enum Marking {
    /// As WireGuard's own packets are.
    DATA(64, 0),
    /// Another hop limit and class (DSCP AF41), or receive offload would join a probe with the data
    /// around it, and nobody would see it (R-PROBE-9, R-RAW-12).
    PROBE(60, 0x88);

    final int hopLimit;
    final int trafficClass;

    Marking(int hopLimit, int trafficClass) {
      this.hopLimit = hopLimit;
      this.trafficClass = trafficClass;
    }
  }

  static final int UDP_HEADER = 8;

  private static final int UDP = 17;
  private static final int IP_TOS = 1;
  private static final int IP_TTL = 2;
  private static final int IP_PKTINFO = 8;
  private static final int IP_MTU_DISCOVER = 10;
  private static final int IPV6_CHECKSUM = 7;
  private static final int IPV6_MTU_DISCOVER = 23;
  private static final int IPV6_HOPLIMIT = 52;
  private static final int IPV6_TCLASS = 67;
  private static final int PMTUDISC_PROBE = 3;
  private static final int RECEIVE_BUFFER = 2 << 20;
  private static final int MAX_PACKET = 65_536;
  private static final int MSGHDR = 56;

  // linux/sock_diag.h: nine u32, the last of them counts what found no room
  private static final int SO_MEMINFO = 55;
  private static final int MEMINFO = 36;
  private static final int MEMINFO_DROPS = 32;

  private final Arena arena = Arena.ofShared();
  private final boolean v4;
  private final int descriptor;
  private volatile int port;

  // the sender's
  private final MemorySegment out = arena.allocate(MAX_PACKET, 8);
  private final MemorySegment to = arena.allocate(SOCKADDR_IN6, 4); // or sockaddr_in
  private final MemorySegment message = arena.allocate(MSGHDR, 8);
  private final MemorySegment vector = arena.allocate(16, 8);
  private final MemorySegment control = arena.allocate(80, 8);
  private final @Nullable SourceAddresses sources; // of IPv4 only: of IPv6 the kernel makes sums

  // the receiver's
  private final MemorySegment in = arena.allocate(MAX_PACKET, 8);
  private final MemorySegment from = arena.allocate(SOCKADDR_IN6, 4);
  private final MemorySegment fromLength = arena.allocate(4, 4);
  private final MemorySegment memory = arena.allocate(MEMINFO, 4);

  /// @param mark of WireGuard's own packets, so that ours take the same routes; 0 for none
  /// @throws ErrnoException without CAP_NET_RAW, or where the family does not exist
  RawUdpSocket(boolean v4, int port, int mark) throws IOException {
    this.v4 = v4;
    this.port = port;
    sources = v4 ? new SourceAddresses(mark) : null;
    long opened = Sockets.tryOpen(v4 ? INET : INET6, RAW, UDP);
    descriptor = (int) opened;
    try {
      Native.checked("cannot open a raw socket", opened);
      // What came before the filter stood would be taken for what passed it (R-RAW-2).
      SocketFilter.NOTHING.attach(descriptor);
      Sockets.trySet(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER);
      if (mark != 0) {
        Sockets.set("cannot mark a raw socket", descriptor, SOL_SOCKET, SO_MARK, mark);
      }
      String fragments = "cannot forbid fragments";
      if (v4) {
        Sockets.set(fragments, descriptor, SOL_IP, IP_MTU_DISCOVER, PMTUDISC_PROBE);
      } else {
        Sockets.set(fragments, descriptor, SOL_IPV6, IPV6_MTU_DISCOVER, PMTUDISC_PROBE);
        Sockets.set("cannot have checksums made", descriptor, SOL_IPV6, IPV6_CHECKSUM, 6);
      }
      layOut();
      while (receiveRaw() >= 0) {
        // Drained.
      }
      filter();
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private void filter() throws IOException {
    (v4 ? SocketFilter.ours4(port) : SocketFilter.ours6(port)).attach(descriptor);
  }

  /// What is the same in every message: struct msghdr, struct iovec, and the control messages
  /// (struct cmsghdr: length u64, level i32, type i32).
  private void layOut() {
    vector.set(JAVA_LONG, 0, out.address());
    message.set(JAVA_LONG, 0, to.address());
    message.set(JAVA_INT, 8, v4 ? SOCKADDR_IN : SOCKADDR_IN6);
    message.set(JAVA_LONG, 16, vector.address());
    message.set(JAVA_LONG, 24, 1);
    message.set(JAVA_LONG, 32, control.address());
    if (v4) {
      control(0, SOL_IP, IP_TTL, 4);
      control(24, SOL_IP, IP_TOS, 4);
      control(48, SOL_IP, IP_PKTINFO, 12);
      message.set(JAVA_LONG, 40, 80);
    } else {
      control(0, SOL_IPV6, IPV6_HOPLIMIT, 4);
      control(24, SOL_IPV6, IPV6_TCLASS, 4);
      message.set(JAVA_LONG, 40, 48);
    }
    to.fill((byte) 0); // also the port, which must be 0 for IPv6
    to.set(JAVA_SHORT, 0, (short) (v4 ? INET : INET6));
  }

  private void control(int at, int level, int type, int length) {
    control.set(JAVA_LONG, at, 16 + length);
    control.set(JAVA_INT, at + 8, level);
    control.set(JAVA_INT, at + 12, type);
  }

  int descriptor() {
    return descriptor;
  }

  /// WireGuard has another port now. Packets to the old one that wait are not delivered any more.
  /// On the sender's thread.
  void changePort(int newPort) throws IOException {
    port = newPort;
    filter();
  }

  /// The kernel may choose other source addresses than before. On the sender's thread.
  void routesChanged() {
    if (sources != null) {
      sources.forget();
    }
  }

  // --- sending

  /// @return false if the kernel did not take it: no route, no room, too big for the interface
  boolean send(Endpoint target, Marking marking, byte[] payload, int offset, int length) {
    if (length > MAX_PACKET - UDP_HEADER) {
      return false;
    }
    long sent = trySend(target, marking, payload, offset, length);
    if (sources != null
        && (sent == -ErrnoException.EINVAL || sent == -ErrnoException.ENETUNREACH)) {
      // How kernels refuse a source address that is gone from this machine.
      sources.forget(target.address());
      sent = trySend(target, marking, payload, offset, length);
    }
    return sent >= 0;
  }

  private long trySend(Endpoint target, Marking marking, byte[] payload, int offset, int length) {
    int checksum = 0; // IPv6: the kernel makes it
    byte[] address = target.address().bytes();
    if (sources != null) {
      byte[] source = sources.toward(target.address());
      if (source == null) {
        return -ErrnoException.ENETUNREACH;
      }
      checksum =
          InternetChecksum.udp4(source, address, port, target.port(), payload, offset, length);
      // Bound to the address in the checksum, whatever has changed since (R-RAW-5).
      MemorySegment.copy(source, 0, control, JAVA_BYTE, 48 + 16 + 4, 4);
    }
    u16(0, port);
    u16(2, target.port());
    u16(4, UDP_HEADER + length);
    u16(6, checksum);
    MemorySegment.copy(payload, offset, out, JAVA_BYTE, UDP_HEADER, length);
    vector.set(JAVA_LONG, 8, UDP_HEADER + length);
    MemorySegment.copy(address, 0, to, JAVA_BYTE, v4 ? 4 : 8, address.length);
    control.set(JAVA_INT, 16, marking.hopLimit);
    control.set(JAVA_INT, 24 + 16, marking.trafficClass);
    return Native.call(SystemCall.SENDMSG, descriptor, message.address(), MSG_DONTWAIT, 0, 0, 0);
  }

  private void u16(int at, int value) {
    out.set(JAVA_BYTE, at, (byte) (value >> 8));
    out.set(JAVA_BYTE, at + 1, (byte) value);
  }

  // --- receiving

  /// Hands over what waits. What is not whole is passed over, and counts toward `limit`, so a flood
  /// of it keeps nobody else waiting.
  ///
  /// @param limit packets taken from the kernel at most
  /// @return whether so many came, and more may wait
  boolean receive(int limit, PortSharer.Listener listener) {
    for (int i = 0; i < limit; i++) {
      long length = receiveRaw();
      if (length < 0) {
        return false;
      }
      deliver((int) length, listener);
    }
    return true;
  }

  /// Packets that the kernel had no room for, since the start. On the receiver's thread.
  long overflowed() {
    fromLength.set(JAVA_INT, 0, MEMINFO);
    long got =
        Native.call(
            SystemCall.GETSOCKOPT,
            descriptor,
            SOL_SOCKET,
            SO_MEMINFO,
            memory.address(),
            fromLength.address(),
            0);
    return got < 0 ? 0 : Integer.toUnsignedLong(memory.get(JAVA_INT, MEMINFO_DROPS));
  }

  private long receiveRaw() {
    fromLength.set(JAVA_INT, 0, SOCKADDR_IN6);
    return Native.call(
        SystemCall.RECVFROM,
        descriptor,
        in.address(),
        MAX_PACKET,
        MSG_DONTWAIT,
        from.address(),
        fromLength.address());
  }

  /// Checksums are not looked at: on loopback and behind offload they are not made yet (R-RAW-4).
  private void deliver(int length, PortSharer.Listener listener) {
    int udp = v4 && length > 0 ? (in.get(JAVA_BYTE, 0) & 15) * 4 : 0;
    if (length < udp + UDP_HEADER || inU16(udp + 2) != port) {
      return;
    }
    int udpLength = Math.min(inU16(udp + 4), length - udp);
    if (udpLength < UDP_HEADER) {
      return;
    }
    byte[] address = new byte[v4 ? 4 : 16];
    MemorySegment.copy(from, JAVA_BYTE, v4 ? 4 : 8, address, 0, address.length);
    byte[] payload = new byte[udpLength - UDP_HEADER];
    MemorySegment.copy(in, JAVA_BYTE, udp + UDP_HEADER, payload, 0, payload.length);
    listener.received(new Endpoint(IpAddress.of(address), inU16(udp)), payload);
  }

  private int inU16(int at) {
    return (in.get(JAVA_BYTE, at) & 0xff) << 8 | in.get(JAVA_BYTE, at + 1) & 0xff;
  }

  /// Not while another thread sends or receives.
  @Override
  public void close() {
    if (descriptor >= 0) {
      Sockets.close(descriptor);
    }
    if (sources != null) {
      sources.close();
    }
    arena.close();
  }
}
