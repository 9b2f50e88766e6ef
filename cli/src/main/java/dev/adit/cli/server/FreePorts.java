package dev.adit.cli.server;

import dev.adit.cli.Failure;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/// Looks whether all ports are free before anything is made: a server that cannot listen shall
/// leave no keys and no database behind.
final class FreePorts {
  private FreePorts() {}

  /// The TCP ports of `config`, those for plain HTTP, and these of UDP.
  ///
  /// @throws Failure as below
  static void check(
      ServerConfig config, PageOptions pages, CertificateOptions certificates, List<Endpoint> udp)
      throws IOException {
    List<Endpoint> tcp = new ArrayList<>(config.listen());
    tcp.addAll(pages.plainPorts(config.listen()));
    Endpoint challenges = certificates.ownHttp(config, pages.httpPort);
    if (challenges != null) {
      tcp.add(challenges);
    }
    if (config.metrics() != null) {
      tcp.add(config.metrics());
    }
    check(tcp, udp);
  }

  /// @throws Failure naming the first port that another program has, or we may not have
  static void check(List<Endpoint> tcp, List<Endpoint> udp) throws IOException {
    for (Endpoint endpoint : tcp) {
      try (ServerSocket socket = new ServerSocket()) {
        socket.setReuseAddress(true);
        socket.bind(address(endpoint));
      } catch (IOException e) {
        throw refusal("TCP", endpoint, e);
      }
    }
    for (Endpoint endpoint : udp) {
      try (DatagramSocket socket = new DatagramSocket(null)) {
        socket.bind(address(endpoint));
      } catch (IOException e) {
        throw refusal("UDP", endpoint, e);
      }
    }
  }

  private static InetSocketAddress address(Endpoint endpoint) throws IOException {
    return new InetSocketAddress(
        InetAddress.getByAddress(endpoint.address().bytes()), endpoint.port());
  }

  private static Failure refusal(String protocol, Endpoint endpoint, IOException cause) {
    String text = String.valueOf(cause.getMessage());
    String reason = text;
    if (text.contains("in use")) {
      reason = "the port is in use by another program; stop it or choose another port";
    } else if (text.contains("ermission denied")) {
      reason = "permission denied; run as root or grant CAP_NET_BIND_SERVICE";
    } else if (text.contains("annot assign")) {
      reason = "this machine has no such address";
    }
    return Failure.failed("cannot listen on " + protocol + " " + endpoint + ": " + reason);
  }
}
