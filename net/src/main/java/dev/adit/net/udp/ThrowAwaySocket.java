package dev.adit.net.udp;

import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;

/// A UDP socket with a port of its own for a few questions, to which nothing was ever sent. Sending
/// and closing are thread-safe; it is heard by a thread of its own, which ends with it.
public final class ThrowAwaySocket implements AutoCloseable {
  /// Hears what arrives, on the socket's thread.
  @FunctionalInterface
  public interface Receiver {
    void received(int localPort, Endpoint from, byte[] datagram);
  }

  /// A few answers are expected: who sends more wants something else.
  private static final int MOST_DATAGRAMS = 64;

  private static final int LARGEST_DATAGRAM = 2048;

  private final DatagramChannel channel;
  private final int port;

  private ThrowAwaySocket(DatagramChannel channel) {
    this.channel = channel;
    this.port = channel.socket().getLocalPort();
  }

  /// Binds any free port of one address family.
  public static ThrowAwaySocket open(boolean v4, Receiver receiver) throws IOException {
    var channel =
        DatagramChannel.open(v4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
    try {
      channel.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[v4 ? 4 : 16]), 0));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    var socket = new ThrowAwaySocket(channel);
    Thread.ofPlatform().daemon().name("stun-test").start(() -> socket.hear(receiver));
    return socket;
  }

  private void hear(Receiver receiver) {
    byte[] bytes = new byte[LARGEST_DATAGRAM];
    try {
      for (int i = 0; i < MOST_DATAGRAMS; i++) {
        var buffer = ByteBuffer.wrap(bytes);
        var source = (InetSocketAddress) channel.receive(buffer);
        var from = new Endpoint(IpAddress.of(source.getAddress().getAddress()), source.getPort());
        receiver.received(port, from, Arrays.copyOf(bytes, buffer.position()));
      }
    } catch (IOException e) {
      // Closed, or the network is gone: then nothing more arrives.
    }
  }

  /// Loses what the kernel does not take, as the network may.
  public void send(Endpoint to, byte[] datagram) {
    try {
      int _ =
          channel.send(
              ByteBuffer.wrap(datagram),
              new InetSocketAddress(InetAddress.getByAddress(to.address().bytes()), to.port()));
    } catch (IOException e) {
      // No route: the question stays without an answer.
    }
  }

  /// Harmless if repeated.
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // Closing a datagram channel has nothing to lose.
    }
  }
}
