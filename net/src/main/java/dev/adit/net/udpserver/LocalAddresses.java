package dev.adit.net.udpserver;

import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Resolves "every address" into the addresses that this machine has now.
final class LocalAddresses {
  private LocalAddresses() {}

  /// `0.0.0.0` becomes every IPv4 address, `::` every address of both families; other endpoints
  /// stay. Link-local addresses are left out: nobody learns anything by asking there.
  static Set<Endpoint> expand(List<Endpoint> endpoints) throws SocketException {
    var expanded = new LinkedHashSet<Endpoint>();
    for (var endpoint : endpoints) {
      if (!endpoint.address().isUnspecified()) {
        expanded.add(endpoint);
        continue;
      }
      for (var address : all()) {
        if (address.isV4() || endpoint.address().isV6()) {
          expanded.add(new Endpoint(address, endpoint.port()));
        }
      }
    }
    return expanded;
  }

  private static Set<IpAddress> all() throws SocketException {
    var addresses = new LinkedHashSet<IpAddress>();
    for (var network : NetworkInterface.networkInterfaces().toList()) {
      for (var inet : network.inetAddresses().toList()) {
        var address = IpAddress.of(inet.getAddress());
        if (network.isUp() && !address.isLinkLocal()) {
          addresses.add(address);
        }
      }
    }
    return addresses;
  }
}
