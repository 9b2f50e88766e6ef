package dev.adit.derp;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// How to reach a relay over HTTP. Immutable.
///
/// @param derp what to say there
/// @param watches ask who is connected, after every connect; needs a mesh key
/// @param webSocket speak through a WebSocket, where nothing else passes: slower to connect
/// @param certName of a URL client, what the certificate is checked against instead of the host: a
///   DNS name, or `sha256-raw:` and the SHA-256 of the only certificate; empty for the host
/// @param roots more roots for certificates than the Java runtime's
/// @param environment of which `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` count; empty for no proxy
/// @param dialHost of a URL client, where TCP goes instead of the URL's host; null for there
/// @param ipv6Works asked before each connect: IPv6 was seen to work lately
public record HttpOptions(
    DerpOptions derp,
    boolean watches,
    boolean webSocket,
    String certName,
    List<X509Certificate> roots,
    Map<String, String> environment,
    @Nullable String dialHost,
    BooleanSupplier ipv6Works) {
  /// An ordinary client, through the proxy of this process's environment if it names one.
  public static final HttpOptions DEFAULT =
      new HttpOptions(
          DerpOptions.DEFAULT, false, false, "", List.of(), System.getenv(), null, () -> false);

  public HttpOptions {
    roots = List.copyOf(roots);
    environment = Map.copyOf(environment);
  }

  public HttpOptions withDerp(DerpOptions options) {
    return new HttpOptions(
        options, watches, webSocket, certName, roots, environment, dialHost, ipv6Works);
  }

  public HttpOptions watching() {
    return new HttpOptions(
        derp, true, webSocket, certName, roots, environment, dialHost, ipv6Works);
  }

  public HttpOptions overWebSocket() {
    return new HttpOptions(derp, watches, true, certName, roots, environment, dialHost, ipv6Works);
  }

  public HttpOptions withCertName(String name) {
    return new HttpOptions(derp, watches, webSocket, name, roots, environment, dialHost, ipv6Works);
  }

  public HttpOptions withRoots(List<X509Certificate> more) {
    return new HttpOptions(
        derp, watches, webSocket, certName, more, environment, dialHost, ipv6Works);
  }

  public HttpOptions withEnvironment(Map<String, String> variables) {
    return new HttpOptions(
        derp, watches, webSocket, certName, roots, variables, dialHost, ipv6Works);
  }

  public HttpOptions withDialHost(@Nullable String host) {
    return new HttpOptions(derp, watches, webSocket, certName, roots, environment, host, ipv6Works);
  }

  @Override
  public String toString() {
    return "HttpOptions[" + derp + "]"; // the environment may hold passwords
  }
}
