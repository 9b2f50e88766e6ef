package dev.adit.systemtests.interop;

import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;

/// Leads TCP connections to several servers in turn, as a balancer does.
final class Balancer implements AutoCloseable {
  private final ServerSocket listener;
  private final List<Endpoint> servers;

  private Balancer(ServerSocket listener, List<Endpoint> servers) {
    this.listener = listener;
    this.servers = servers;
  }

  static Balancer over(List<Endpoint> servers) throws IOException {
    var balancer =
        new Balancer(new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1")), servers);
    Thread.ofVirtual().start(balancer::accept);
    return balancer;
  }

  Endpoint at() {
    return Endpoint.literal("127.0.0.1:" + listener.getLocalPort());
  }

  private void accept() {
    try {
      for (int i = 0; true; i++) {
        Socket client = listener.accept();
        Endpoint to = servers.get(i % servers.size());
        var server = new Socket();
        server.connect(
            new InetSocketAddress(InetAddress.getByAddress(to.address().bytes()), to.port()));
        Thread.ofVirtual().start(() -> copy(client, server));
        Thread.ofVirtual().start(() -> copy(server, client));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private static void copy(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // one end has gone, and the other goes with it
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
