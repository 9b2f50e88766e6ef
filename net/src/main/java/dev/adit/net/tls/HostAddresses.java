package dev.adit.net.tls;

import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.MalformedException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// From a host's name to endpoints in the order in which to try them.
public final class HostAddresses {
  private HostAddresses() {}

  /// The address that `host` spells, brackets of IPv6 allowed; null if it is a name.
  public static @Nullable IpAddress literal(String host) {
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    try {
      return IpAddress.parse(bracketed ? host.substring(1, host.length() - 1) : host);
    } catch (MalformedException e) {
      return null;
    }
  }

  /// A literal is itself; a name is resolved by the system, which may block for seconds.
  public static List<Endpoint> resolve(String host, int port) throws UnknownHostException {
    IpAddress literal = literal(host);
    if (literal != null) {
      return List.of(new Endpoint(literal, port));
    }
    var found = new ArrayList<Endpoint>();
    for (InetAddress address : InetAddress.getAllByName(host)) {
      found.add(new Endpoint(IpAddress.of(address.getAddress()), port));
    }
    return interleave(found);
  }

  /// IPv6 and IPv4 by turns, IPv6 first; otherwise in the given order (RFC 8305 §4).
  static List<Endpoint> interleave(List<Endpoint> endpoints) {
    var v6 = new ArrayList<Endpoint>();
    var v4 = new ArrayList<Endpoint>();
    for (Endpoint endpoint : endpoints) {
      (endpoint.address().isV6() ? v6 : v4).add(endpoint);
    }
    var ordered = new ArrayList<Endpoint>();
    for (int i = 0; i < Math.max(v6.size(), v4.size()); i++) {
      if (i < v6.size()) {
        ordered.add(v6.get(i));
      }
      if (i < v4.size()) {
        ordered.add(v4.get(i));
      }
    }
    return ordered;
  }
}
