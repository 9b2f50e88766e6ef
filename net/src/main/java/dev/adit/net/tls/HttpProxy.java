package dev.adit.net.tls;

import dev.adit.net.http.HttpHead;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An HTTP proxy that opens tunnels by `CONNECT` (RFC 9110 §9.3.6). Immutable.
///
/// @param credentials for `Proxy-Authorization`, or null
record HttpProxy(String host, int port, @Nullable String credentials) {
  /// The proxy for `host`, by `HTTPS_PROXY` and `NO_PROXY` of the environment (lower case first);
  /// null for none. Only `http://` proxies are understood.
  static @Nullable HttpProxy of(String host, Map<String, String> environment) {
    String url = value(environment, "https_proxy");
    if (url.isEmpty() || isExcluded(host, environment)) {
      return null;
    }
    URI uri = URI.create(url.contains("://") ? url : "http://" + url);
    if (uri.getHost() == null || !uri.getScheme().equals("http")) {
      return null;
    }
    return of(uri, 80);
  }

  /// @param url with a host
  static HttpProxy of(URI url, int defaultPort) {
    String user = url.getUserInfo();
    return new HttpProxy(
        url.getHost(),
        url.getPort() < 0 ? defaultPort : url.getPort(),
        user == null
            ? null
            : Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8)));
  }

  /// A variable of the environment, lower case first; empty if there is none.
  static String value(Map<String, String> environment, String lowerCaseName) {
    String upper = lowerCaseName.toUpperCase(Locale.ROOT);
    return environment.getOrDefault(lowerCaseName, environment.getOrDefault(upper, ""));
  }

  /// Whether `NO_PROXY` wants this host to be reached directly.
  static boolean isExcluded(String host, Map<String, String> environment) {
    return isExcluded(host.toLowerCase(Locale.ROOT), value(environment, "no_proxy"));
  }

  private static boolean isExcluded(String host, String list) {
    if (host.equals("localhost") || host.startsWith("127.") || host.equals("::1")) {
      return true;
    }
    for (String entry : list.toLowerCase(Locale.ROOT).split(",")) {
      String name = entry.strip();
      String suffix = name.startsWith(".") ? name : "." + name;
      if (!name.isEmpty() && (name.equals("*") || host.equals(name) || host.endsWith(suffix))) {
        return true;
      }
    }
    return false;
  }

  /// Opens a tunnel through `socket`, which is connected to this proxy.
  void open(Socket socket, String target) throws IOException {
    var request = new StringBuilder("CONNECT ").append(target).append(" HTTP/1.1\r\n");
    request.append("Host: ").append(target).append("\r\n");
    if (credentials != null) {
      request.append("Proxy-Authorization: Basic ").append(credentials).append("\r\n");
    }
    socket
        .getOutputStream()
        .write(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    // Unbuffered on purpose: what follows the head belongs to TLS.
    InputStream in = socket.getInputStream();
    HttpHead head = HttpHead.read(in);
    if (head == null || head.status() != 200) {
      throw new IOException(
          "proxy "
              + host
              + ":"
              + port
              + " refused: "
              + (head == null ? "no answer" : head.startLine()));
    }
  }
}
