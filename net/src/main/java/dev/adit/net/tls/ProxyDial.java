package dev.adit.net.tls;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Dials through the proxy that the environment names: `http://`, `https://` or `socks5://` in
/// `HTTPS_PROXY`, else in `ALL_PROXY`; not for the hosts of `NO_PROXY` (derp §10.3).
///
/// @param proxy where it is, and as whom to ask it; never printed
public record ProxyDial(URI proxy, String host, int port) implements TcpDial {
  /// @return null if the environment names no proxy for this host
  /// @throws IOException if it names one that is not understood: going past it would not be asked
  ///   for
  public static @Nullable ProxyDial of(String host, int port, Map<String, String> environment)
      throws IOException {
    String url = HttpProxy.value(environment, "https_proxy");
    if (url.isEmpty()) {
      url = HttpProxy.value(environment, "all_proxy");
    }
    if (url.isEmpty() || HttpProxy.isExcluded(host, environment)) {
      return null;
    }
    URI proxy;
    try {
      proxy = URI.create(url.contains("://") ? url : "http://" + url);
    } catch (IllegalArgumentException e) {
      throw new IOException("proxy of the environment: not a URL"); // it may hold a password
    }
    boolean isKnown =
        proxy.getHost() != null
            && switch (proxy.getScheme()) {
              case "http", "https", "socks5", "socks5h" -> true;
              default -> false;
            };
    if (!isKnown) {
      throw new IOException(
          "proxy of the environment: needs a host, and http, https or socks5 as its scheme");
    }
    return new ProxyDial(proxy, host, port);
  }

  @Override
  public Socket open(long deadline) throws IOException {
    boolean isTls = proxy.getScheme().equals("https");
    boolean isSocks = proxy.getScheme().startsWith("socks5");
    int defaultPort = isTls ? 443 : isSocks ? 1080 : 80;
    var http = HttpProxy.of(proxy, defaultPort);
    Socket socket = TcpRace.connect(HostAddresses.resolve(http.host(), http.port()), deadline);
    try {
      NodeDial.keepAlive(socket);
      if (isTls) {
        socket = TlsClient.secure(socket, http.host(), PinPolicy.publicRoots(), deadline);
      }
      TlsClient.limitReads(socket, deadline);
      if (isSocks) {
        Socks5.open(socket, host, port, proxy.getUserInfo());
      } else {
        http.open(socket, (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port);
      }
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  @Override
  public String toString() {
    return "ProxyDial[" + host + ":" + port + " through " + proxy.getHost() + "]";
  }
}
