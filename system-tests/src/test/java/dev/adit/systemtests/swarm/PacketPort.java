package dev.adit.systemtests.swarm;

import dev.adit.wire.Endpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/// Addresses as the JDK wants them.
final class PacketPort {
  private PacketPort() {}

  static InetSocketAddress address(Endpoint endpoint) {
    try {
      return new InetSocketAddress(
          InetAddress.getByAddress(endpoint.address().bytes()), endpoint.port());
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }
}
