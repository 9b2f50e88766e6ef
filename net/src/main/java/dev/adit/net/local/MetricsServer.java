package dev.adit.net.local;

import dev.adit.net.http.HttpHandler;
import dev.adit.net.metrics.MetricsHandler;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/// A TCP port of its own for monitoring: plain HTTP/1.1, `GET /metrics` and nothing else. Off
/// unless configured; what it shows holds no key, name or address. Thread-safe.
///
/// Without Netty, because the agent has none: each connection is one virtual thread.
public final class MetricsServer implements AutoCloseable {
  private final ServerSocketChannel listener;
  private final Acceptor acceptor;

  private MetricsServer(ServerSocketChannel listener, Acceptor acceptor) {
    this.listener = listener;
    this.acceptor = acceptor;
  }

  /// Listens on one address; port 0 lets the kernel choose.
  ///
  /// @throws IOException naming address and port, and what to do
  public static MetricsServer start(Endpoint listen, MetricsHandler handler) throws IOException {
    return start(listen, handler, LocalLimits.metrics());
  }

  static MetricsServer start(Endpoint listen, HttpHandler handler, LocalLimits limits)
      throws IOException {
    InetAddress address = InetAddress.getByAddress(listen.address().bytes());
    Guard guard = address.isLoopbackAddress() ? Guard.LOOPBACK : Guard.OPEN;
    var listener = ServerSocketChannel.open();
    try {
      listener.bind(new InetSocketAddress(address, listen.port()), limits.maxConnections());
      var acceptor =
          new Acceptor(
              "metrics",
              listener,
              limits.maxConnections(),
              channel -> new LocalConnection(channel, guard, peer(channel), null, handler, limits));
      acceptor.start();
      return new MetricsServer(listener, acceptor);
    } catch (IOException e) {
      listener.close();
      throw new IOException("cannot listen on TCP " + listen + ": " + reason(e), e);
    }
  }

  private static Endpoint peer(SocketChannel channel) throws IOException {
    var remote = (InetSocketAddress) channel.getRemoteAddress();
    return new Endpoint(IpAddress.of(remote.getAddress().getAddress()), remote.getPort());
  }

  private static String reason(IOException e) {
    String text = String.valueOf(e.getMessage());
    if (text.contains("in use")) {
      return "the port is in use by another program; stop it or choose another port";
    }
    if (text.contains("ermission denied")) {
      return "permission denied; run as root or grant CAP_NET_BIND_SERVICE";
    }
    return text.contains("annot assign") ? "this machine has no such address" : text;
  }

  /// The port it listens on.
  public int port() {
    return listener.socket().getLocalPort();
  }

  /// Stops listening and ends the connections. Harmless if repeated.
  @Override
  public void close() throws IOException {
    acceptor.close();
  }
}
