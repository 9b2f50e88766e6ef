package dev.adit.derp;

import dev.adit.net.tls.Connection;
import dev.adit.net.tls.HostAddresses;
import dev.adit.net.tls.NodeDial;
import dev.adit.net.tls.PinPolicy;
import dev.adit.net.tls.ProxyDial;
import dev.adit.net.tls.TcpDial;
import dev.adit.net.tls.TlsClient;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import dev.adit.wire.derp.DerpNode;
import java.io.IOException;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One HTTP server that may be a relay: where it is and how to know it (derp §10.2–§10.4).
///
/// @param host its name for TLS and the `Host` header, or an IP literal without brackets
/// @param policy null for no TLS
/// @param ideal the name of the node that should have answered instead; null if none
record Door(
    String host,
    int port,
    String path,
    TcpDial dial,
    @Nullable PinPolicy policy,
    @Nullable String ideal) {
  private static final String FINGERPRINT = "sha256-raw:";
  private static final int HTTPS = 443;
  private static final int HTTP = 80;

  /// @throws IllegalArgumentException if it is no URL of a relay
  static Door of(URI url, HttpOptions options) throws IOException {
    String host = url.getHost();
    boolean isTls = "https".equals(url.getScheme());
    if (host == null || !(isTls || "http".equals(url.getScheme()))) {
      throw new IllegalArgumentException("DERP URL: needs http:// or https:// and a host");
    }
    host = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    int port = url.getPort() > 0 ? url.getPort() : isTls ? HTTPS : HTTP;
    String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    return new Door(
        host,
        port,
        path,
        dial(options.dialHost() == null ? host : options.dialHost(), port, "", "", options),
        isTls ? policy(host, options.certName(), options.roots()) : null,
        null);
  }

  /// @param first of the region, which is the ideal one
  static Door of(DerpNode node, DerpNode first, HttpOptions options) throws IOException {
    String host = node.hostName();
    return new Door(
        host,
        node.derpAt(),
        "/derp",
        dial(host, node.derpAt(), node.ipv4(), node.ipv6(), options),
        node.insecureForTests() ? PinPolicy.any() : policy(host, node.certName(), options.roots()),
        node == first ? null : first.name());
  }

  private static TcpDial dial(String host, int port, String ipv4, String ipv6, HttpOptions options)
      throws IOException {
    Map<String, String> environment = options.environment();
    ProxyDial proxied = ProxyDial.of(host, port, environment);
    return proxied != null
        ? proxied
        : new NodeDial(host, port, ipv4, ipv6, options.ipv6Works().getAsBoolean());
  }

  private static PinPolicy policy(String host, String certName, List<X509Certificate> roots)
      throws IOException {
    if (!certName.startsWith(FINGERPRINT)) {
      return PinPolicy.certified(certName.isEmpty() ? host : certName, roots);
    }
    try {
      byte[] sha256 = Text.parseHex(certName.substring(FINGERPRINT.length()));
      return PinPolicy.fingerprint(sha256, sni(host));
    } catch (MalformedException e) {
      throw new IOException("certificate's name: sha256-raw: needs 64 hex digits");
    }
  }

  private static @Nullable String sni(String host) {
    return HostAddresses.literal(host) == null
        ? host.replaceAll("\\.+$", "").toLowerCase(Locale.ROOT)
        : null;
  }

  Connection open(Duration limit) throws IOException {
    return policy == null
        ? TlsClient.connectPlain(dial, limit)
        : TlsClient.connect(dial, sni(host), policy, limit);
  }

  /// For the `Host` header.
  String authority() {
    String bracketed = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return port == (policy == null ? HTTP : HTTPS) ? bracketed : bracketed + ":" + port;
  }
}
