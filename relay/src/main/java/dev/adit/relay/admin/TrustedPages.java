package dev.adit.relay.admin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.adit.crypto.ConstantTime;
import dev.adit.net.http.HttpHandler;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.wire.Prefix;
import java.net.URLDecoder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Debug pages over HTTP, for trusted addresses and for whoever knows a key (derp §16.2). What came
/// through a forwarder, as its header says, has to know the key: the address is the forwarder's.
/// Unlike the reference, no address is trusted unless it is named. Thread-safe.
public final class TrustedPages implements HttpHandler {
  private static final HttpResponse REFUSAL = HttpResponse.text(403, "debug access denied");

  /// Of pages for browsers (derp §2.2).
  private static final Map<String, String> BROWSER =
      Map.of(
          "Strict-Transport-Security", "max-age=63072000; includeSubDomains",
          "Content-Security-Policy",
              "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'self';"
                  + " block-all-mixed-content; object-src 'none'; style-src 'self' 'unsafe-inline'",
          "X-Frame-Options", "DENY",
          "X-Content-Type-Options", "nosniff");

  private final HttpHandler pages;
  private final List<Prefix> trusted;
  private final Supplier<byte @Nullable []> key;

  /// @param trusted addresses that may see the pages
  /// @param key asked at each request; null for none, white space around it does not count
  public TrustedPages(HttpHandler pages, List<Prefix> trusted, Supplier<byte @Nullable []> key) {
    this.pages = pages;
    this.trusted = List.copyOf(trusted);
    this.key = key;
  }

  @Override
  public HttpResponse handle(HttpRequest request) {
    if (!knowsKey(request) && !comesFromTrusted(request)) {
      return REFUSAL;
    }
    HttpResponse page = pages.handle(request);
    var headers = new HashMap<>(BROWSER);
    headers.putAll(page.headers());
    return new HttpResponse(page.status(), Map.copyOf(headers), page.body());
  }

  private boolean comesFromTrusted(HttpRequest request) {
    var peer = request.peer();
    return peer != null
        && request.header("x-forwarded-for") == null
        && trusted.stream().anyMatch(prefix -> prefix.contains(peer.address()));
  }

  private boolean knowsKey(HttpRequest request) {
    byte[] file = key.get();
    String query = request.query();
    if (file == null || query == null || !request.method().equals("GET")) {
      return false;
    }
    byte[] expected = new String(file, ISO_8859_1).strip().getBytes(ISO_8859_1);
    for (String parameter : query.split("&", -1)) {
      if (parameter.startsWith("debugkey=")) {
        byte[] given = decoded(parameter.substring("debugkey=".length())).getBytes(UTF_8);
        return expected.length > 0 && ConstantTime.equal(expected, given);
      }
    }
    return false;
  }

  private static String decoded(String value) {
    try {
      return URLDecoder.decode(value, UTF_8);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }
}
