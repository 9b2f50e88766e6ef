package dev.adit.net.linux;

import static dev.adit.net.linux.Sockets.INET;
import static dev.adit.net.linux.Sockets.INET6;
import static dev.adit.net.linux.Sockets.SOCKADDR_IN;
import static dev.adit.net.linux.Sockets.SOCKADDR_IN6;
import static dev.adit.net.linux.Sockets.SOL_IP;
import static dev.adit.net.linux.Sockets.SOL_IPV6;
import static dev.adit.net.linux.Sockets.SOL_SOCKET;
import static dev.adit.net.linux.Sockets.SOL_UDP;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.adit.wire.IpAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.BindException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// A UDP socket of one address family that never fragments. [UdpTransfer] reads and writes it,
/// [Poller] waits for it. Confined to their thread, but for [#unsent].
public final class UdpSocket implements AutoCloseable {
  static final int BUFFER_BYTES = 4 << 20;

  private static final int IP_MTU_DISCOVER = 10;
  private static final int IPV6_MTU_DISCOVER = 23;
  private static final int IPV6_V6ONLY = 26;
  private static final int PMTUDISC_DO = 2;
  private static final int UDP_GRO = 104;

  private final boolean v4;
  private final int descriptor;
  private int port;

  final LongAdder unsent = new LongAdder();

  /// Trains that are still to be sent one by one, as the kernel has refused one: see [UdpTransfer].
  int withoutOffload;

  private UdpSocket(boolean v4, int descriptor) {
    this.v4 = v4;
    this.descriptor = descriptor;
  }

  /// Of the network.
  ///
  /// @param port 0 for any
  /// @throws BindException if the port is taken
  /// @throws ErrnoException with EAFNOSUPPORT where the family does not exist
  public static UdpSocket bind(boolean v4, int port) throws IOException {
    return bind(v4, null, port);
  }

  /// Of this machine alone: 127.0.0.1.
  ///
  /// @param port 0 for any
  /// @throws BindException if the port is taken
  public static UdpSocket bindLoopback(int port) throws IOException {
    return bind(true, IpAddress.literal("127.0.0.1"), port);
  }

  private static UdpSocket bind(boolean v4, @Nullable IpAddress address, int port)
      throws IOException {
    int descriptor = Sockets.open("cannot open a UDP socket", v4 ? INET : INET6, Sockets.DGRAM, 0);
    UdpSocket socket = new UdpSocket(v4, descriptor);
    try {
      socket.setUp();
      socket.bind(address, port);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private void setUp() throws IOException {
    buffer(Sockets.SO_RCVBUFFORCE, Sockets.SO_RCVBUF);
    buffer(Sockets.SO_SNDBUFFORCE, Sockets.SO_SNDBUF);
    String fragments = "cannot forbid fragments";
    if (v4) {
      Sockets.set(fragments, descriptor, SOL_IP, IP_MTU_DISCOVER, PMTUDISC_DO);
    } else {
      Sockets.set(fragments, descriptor, SOL_IPV6, IPV6_MTU_DISCOVER, PMTUDISC_DO);
      Sockets.set("cannot do without IPv4", descriptor, SOL_IPV6, IPV6_V6ONLY, 1);
    }
    // A kernel that does not know it gives datagrams one by one.
    Sockets.trySet(descriptor, SOL_UDP, UDP_GRO, 1);
  }

  /// Beyond the system's limit where we may, else up to it.
  private void buffer(int force, int option) {
    if (Sockets.trySet(descriptor, SOL_SOCKET, force, BUFFER_BYTES) < 0) {
      Sockets.trySet(descriptor, SOL_SOCKET, option, BUFFER_BYTES);
    }
  }

  private void bind(@Nullable IpAddress address, int wanted) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = name(arena, address, wanted);
      long bound = Native.call(SystemCall.BIND, descriptor, name.address(), name.byteSize());
      if (bound == -ErrnoException.EADDRINUSE) {
        throw new BindException("UDP port " + wanted + " is in use");
      }
      Native.checked("cannot bind a UDP socket", bound);
      MemorySegment length = arena.allocateFrom(JAVA_INT, (int) name.byteSize());
      Native.checked(
          "cannot learn the port of a UDP socket",
          Native.call(SystemCall.GETSOCKNAME, descriptor, name.address(), length.address()));
      port = Short.toUnsignedInt(Short.reverseBytes(name.get(JAVA_SHORT, 2)));
    }
  }

  /// struct sockaddr_in or sockaddr_in6.
  private MemorySegment name(Arena arena, @Nullable IpAddress address, int ofPort) {
    MemorySegment name = arena.allocate(v4 ? SOCKADDR_IN : SOCKADDR_IN6, 4);
    name.set(JAVA_SHORT, 0, (short) (v4 ? INET : INET6));
    name.set(JAVA_SHORT, 2, Short.reverseBytes((short) ofPort));
    if (address != null) {
      byte[] bytes = address.bytes();
      MemorySegment.copy(bytes, 0, name, JAVA_BYTE, v4 ? 4 : 8, bytes.length);
    }
    return name;
  }

  /// From now on only this port of 127.0.0.1 is heard and spoken to. What came before from others
  /// may still be read.
  public void connectLoopback(int toPort) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = name(arena, IpAddress.literal("127.0.0.1"), toPort);
      Native.checked(
          "cannot connect a UDP socket",
          Native.call(SystemCall.CONNECT, descriptor, name.address(), name.byteSize()));
    }
  }

  public boolean isV4() {
    return v4;
  }

  /// Of this machine.
  public int port() {
    return port;
  }

  public int descriptor() {
    return descriptor;
  }

  /// Datagrams that the kernel did not take. Any thread.
  public long unsent() {
    return unsent.sum();
  }

  @Override
  public void close() {
    Sockets.close(descriptor);
  }
}
