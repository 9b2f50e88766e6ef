package dev.adit.cli.server;

import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The addresses of this machine by which others may reach it.
final class OwnAddresses {
  /// Documentation prefixes (RFC 5737, RFC 3849): beyond every default route, and nothing is sent.
  private static final String SOMEWHERE_4 = "192.0.2.1";

  private static final String SOMEWHERE_6 = "2001:db8::1";
  private static final int DISCARD_PORT = 9;

  private OwnAddresses() {}

  /// The source address of the default route, IPv4 before IPv6; null if there is no such route.
  static @Nullable IpAddress onDefaultRoute() {
    for (String somewhere : new String[] {SOMEWHERE_4, SOMEWHERE_6}) {
      try (DatagramSocket socket = new DatagramSocket()) {
        // Connecting a UDP socket asks the kernel for a route and sends nothing.
        socket.connect(new InetSocketAddress(InetAddress.getByName(somewhere), DISCARD_PORT));
        InetAddress own = socket.getLocalAddress();
        if (isGlobal(own)) {
          return IpAddress.of(own.getAddress());
        }
      } catch (IOException | UncheckedIOException e) {
        // No route of this family.
      }
    }
    return null;
  }

  /// Every address that is neither of the loopback nor of a single link, IPv4 first. Devices of
  /// tunnels count too: we cannot know who is behind them.
  static List<IpAddress> global() throws IOException {
    List<IpAddress> v4 = new ArrayList<>();
    List<IpAddress> v6 = new ArrayList<>();
    for (NetworkInterface device : NetworkInterface.networkInterfaces().toList()) {
      if (!device.isUp()) {
        continue;
      }
      for (InetAddress address : device.inetAddresses().toList()) {
        if (isGlobal(address)) {
          (address instanceof Inet4Address ? v4 : v6).add(IpAddress.of(address.getAddress()));
        }
      }
    }
    v4.addAll(v6);
    return v4;
  }

  /// The prefixes on this machine's links, which a new network had better avoid.
  static List<Prefix> inUse() throws IOException {
    List<Prefix> prefixes = new ArrayList<>();
    for (NetworkInterface device : NetworkInterface.networkInterfaces().toList()) {
      for (InterfaceAddress address : device.getInterfaceAddresses()) {
        if (!address.getAddress().isLoopbackAddress()) {
          IpAddress own = IpAddress.of(address.getAddress().getAddress());
          prefixes.add(new Prefix(own, address.getNetworkPrefixLength()));
        }
      }
    }
    return prefixes;
  }

  private static boolean isGlobal(InetAddress address) {
    return !address.isLoopbackAddress()
        && !address.isLinkLocalAddress()
        && !address.isAnyLocalAddress()
        && !address.isMulticastAddress();
  }
}
