package dev.adit.wire.control;

import dev.adit.wire.IpAddress;
import dev.adit.wire.MalformedException;

/// Where a coordinator is reached: `https://host[:port]` with path `/` or none, no user, no query.
///
/// @param host a DNS name in lower case, or the literal of an IP address without brackets
/// @param port 1 to 65535; 443 is left out of the text
public record HttpsUrl(String host, int port) {
  public static final int DEFAULT_PORT = 443;
  private static final String SCHEME = "https://";
  private static final int MAX_HOST = 253;

  public HttpsUrl {
    if (port < 1 || port > 0xffff || !isHost(host)) {
      throw new IllegalArgumentException("not a host and port: " + host + " " + port);
    }
  }

  public static HttpsUrl parse(String text) throws MalformedException {
    if (!text.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw new MalformedException("URL: does not begin with https://");
    }
    String rest = text.substring(SCHEME.length());
    if (rest.endsWith("/")) {
      rest = rest.substring(0, rest.length() - 1);
    }
    boolean bracketed = rest.startsWith("[");
    int hostEnd = bracketed ? rest.indexOf(']') : rest.indexOf(':');
    String host = hostEnd < 0 ? rest : rest.substring(bracketed ? 1 : 0, hostEnd);
    String after = hostEnd < 0 ? "" : rest.substring(bracketed ? hostEnd + 1 : hostEnd);
    if (bracketed) {
      if (hostEnd < 0 || host.indexOf(':') < 0) {
        throw new MalformedException("URL: brackets hold no IPv6 address");
      }
      host = IpAddress.parse(host).toString();
    }
    host = lowerCase(host);
    int port = after.isEmpty() ? DEFAULT_PORT : port(after);
    if (bracketed != (host.indexOf(':') >= 0) || !isHost(host)) {
      throw new MalformedException("URL: needs https://host[:port] without path, user or query");
    }
    return new HttpsUrl(host, port);
  }

  /// For constants and tests, where a bad literal is our own mistake.
  public static HttpsUrl literal(String text) {
    try {
      return parse(text);
    } catch (MalformedException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  /// The host as it stands in a URL or `Host` header, with the port unless that is 443.
  public String authority() {
    String literal = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return port == DEFAULT_PORT ? literal : literal + ":" + port;
  }

  @Override
  public String toString() {
    return SCHEME + authority();
  }

  private static int port(String after) throws MalformedException {
    int port = 0;
    for (int i = 1; i < after.length() && port <= 0xffff; i++) {
      char c = after.charAt(i);
      port = c >= '0' && c <= '9' ? port * 10 + c - '0' : 0x10000;
    }
    if (after.charAt(0) != ':' || port < 1 || port > 0xffff) {
      throw new MalformedException("URL: port is not a number from 1 to 65535");
    }
    return port;
  }

  /// An IP literal, or letters, digits, hyphens and dots. Stricter is the resolver's business.
  private static boolean isHost(String host) {
    if (host.indexOf(':') >= 0) {
      try {
        return IpAddress.parse(host).isV6();
      } catch (MalformedException e) {
        return false;
      }
    }
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_')) {
        return false;
      }
    }
    return !host.isEmpty() && host.length() <= MAX_HOST && host.charAt(0) != '.';
  }

  private static String lowerCase(String text) {
    return text.toLowerCase(java.util.Locale.ROOT);
  }
}
