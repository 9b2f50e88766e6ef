package dev.adit.net.udp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import org.jspecify.annotations.Nullable;

/// E(p), the loopback endpoint of one peer (nat-traversal R-LO-1): WireGuard sends to it what the
/// peer shall get, and takes from it what the peer sent. Bound to 127.0.0.1 and connected to
/// WireGuard's port, so that the kernel drops what other local users might send.
///
/// Made by [UdpLoop#openLoopback]; afterwards confined to the loop's thread.
public final class LoopbackEndpoint {
  private static final int BUFFER_BYTES = 4 << 20;

  final DatagramChannel channel;
  private final int port;
  private final Object owner;

  private LoopbackEndpoint(DatagramChannel channel, int port, Object owner) {
    this.channel = channel;
    this.port = port;
    this.owner = owner;
  }

  static LoopbackEndpoint bind(int port, Object owner) throws IOException {
    DatagramChannel channel = DatagramChannel.open();
    try {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER_BYTES);
      channel.setOption(StandardSocketOptions.SO_SNDBUF, BUFFER_BYTES);
      channel.configureBlocking(false);
      channel.bind(new InetSocketAddress(loopback(), port));
      int bound = ((InetSocketAddress) channel.getLocalAddress()).getPort();
      return new LoopbackEndpoint(channel, bound, owner);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /// The port of 127.0.0.1 that WireGuard knows as this peer's.
  public int port() {
    return port;
  }

  /// What the owner gave when it was opened: its peer.
  public Object owner() {
    return owner;
  }

  /// From now on only WireGuard at `wireGuardPort` is heard and spoken to.
  public void connect(int wireGuardPort) throws IOException {
    channel.disconnect();
    channel.connect(new InetSocketAddress(loopback(), wireGuardPort));
  }

  /// Hands a datagram to WireGuard as if the peer had sent it from here. Dropped while WireGuard's
  /// port is closed or its buffer full.
  void inject(ByteBuffer packet) {
    try {
      channel.write(packet);
    } catch (PortUnreachableException e) {
      // WireGuard's interface is down for a moment; it sends again.
    } catch (IOException | java.nio.channels.NotYetConnectedException e) {
      // As on any network: not delivered.
    }
  }

  /// @return the length, 0 if nothing waits
  int receive(ByteBuffer into) {
    try {
      return Math.max(channel.read(into), 0);
    } catch (IOException | java.nio.channels.NotYetConnectedException e) {
      return 0;
    }
  }

  static @Nullable LoopbackEndpoint of(@Nullable Object attachment) {
    return attachment instanceof LoopbackEndpoint endpoint ? endpoint : null;
  }

  private static InetAddress loopback() throws IOException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
  }
}
