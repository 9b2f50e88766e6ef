package dev.adit.wire;

/// An `ip:port` where something may be reached over UDP or TCP. Immutable.
///
/// @param port 0 to 65535; 0 only where a format allows "none"
public record Endpoint(IpAddress address, int port) implements Comparable<Endpoint> {
  public Endpoint {
    if (port < 0 || port > 0xffff) {
      throw new IllegalArgumentException("port " + port + ", allowed 0 to 65535");
    }
  }

  /// Parses `192.0.2.1:443` or `[2001:db8::1]:443`.
  public static Endpoint parse(String text) throws MalformedException {
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      throw new MalformedException("endpoint: no port, expected ip:port or [ipv6]:port");
    }
    String host = text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (bracketed) {
      host = host.substring(1, host.length() - 1);
    }
    IpAddress address = IpAddress.parse(host);
    if (bracketed == address.isV4()) {
      throw new MalformedException("endpoint: an IPv6 address needs brackets, IPv4 has none");
    }
    return new Endpoint(address, parsePort(text.substring(colon + 1)));
  }

  /// For constants and tests, where a bad literal is our own mistake.
  public static Endpoint literal(String text) {
    try {
      return parse(text);
    } catch (MalformedException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  private static int parsePort(String text) throws MalformedException {
    int port = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9' || i > 4) {
        throw new MalformedException("endpoint: port is not a number up to 65535");
      }
      port = port * 10 + (c - '0');
    }
    if (text.isEmpty() || port > 0xffff) {
      throw new MalformedException("endpoint: port is not a number up to 65535");
    }
    return port;
  }

  @Override
  public int compareTo(Endpoint other) {
    int byAddress = address.compareTo(other.address);
    return byAddress != 0 ? byAddress : Integer.compare(port, other.port);
  }

  @Override
  public String toString() {
    return address.isV4() ? address + ":" + port : "[" + address + "]:" + port;
  }
}
