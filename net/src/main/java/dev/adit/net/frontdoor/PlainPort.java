package dev.adit.net.frontdoor;

import dev.adit.net.http.HttpHandler;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a server answers on port 80 (derp §2.1): whether there is a captive portal in between, the
/// proof a certificate authority asks for, and to everything else: come by HTTPS. There is no DERP.
public final class PlainPort {
  private PlainPort() {}

  /// @param httpsPort of the server itself
  /// @param challenges answers `/.well-known/acme-challenge/…` (RFC 8555 §8.3); null for none
  /// @param debug answers `/debug…` as the server itself does; null for nothing special
  public static RequestRoutes routes(
      int httpsPort, @Nullable HttpHandler challenges, @Nullable HttpHandler debug) {
    var routes = new RequestRoutes().captivePortal();
    if (challenges != null) {
      var _ = routes.http("/.well-known/acme-challenge", challenges);
    }
    return routes.http(
        "/",
        request ->
            debug != null && request.path().startsWith("/debug")
                ? debug.handle(request)
                : toHttps(request, httpsPort));
  }

  private static HttpResponse toHttps(HttpRequest request, int port) {
    if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
      return HttpResponse.text(400, "Use HTTPS");
    }
    String host = host(request.header("host"));
    if (host == null) {
      return HttpResponse.text(400, "Host is missing");
    }
    String target =
        "https://"
            + host
            + (port == 443 ? "" : ":" + port)
            + encoded(request.path())
            + (request.query() == null ? "" : "?" + request.query());
    return new HttpResponse(302, Map.of("Location", target), new byte[0]);
  }

  /// Without its port, which is that of this listener. Null for what is no host: it is to stand in
  /// a header.
  private static @Nullable String host(@Nullable String header) {
    if (header == null) {
      return null;
    }
    int end = header.startsWith("[") ? header.indexOf(']') + 1 : header.indexOf(':');
    String host = end <= 0 ? header : header.substring(0, end);
    boolean good =
        !host.isEmpty()
            && !host.startsWith(":")
            && host.chars()
                .allMatch(c ->
                    c >= 'a' && c <= 'z'
                        || c >= 'A' && c <= 'Z'
                        || c >= '0' && c <= '9'
                        || "-._:[]".indexOf(c) >= 0);
    return good ? host : null;
  }

  /// As it may stand in a URI (RFC 3986 §3.3).
  private static String encoded(String path) {
    var text = new StringBuilder(path.length());
    for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
      boolean plain =
          b >= 'a' && b <= 'z'
              || b >= 'A' && b <= 'Z'
              || b >= '0' && b <= '9'
              || b > 0 && "/-._~!$&'()*+,;=:@".indexOf(b) >= 0;
      if (plain) {
        text.append((char) b);
      } else {
        text.append('%').append(String.format("%02X", b));
      }
    }
    return text.toString();
  }
}
