package dev.adit.relay.pages;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.adit.net.frontdoor.RequestRoutes;
import dev.adit.net.http.HttpHandler;
import dev.adit.net.http.HttpResponse;
import dev.adit.wire.derp.DerpMap;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The pages of a relay (derp §2.2), and the headers that keep browsers from doing more with them
/// than to show them.
///
/// @param home answers `/`
/// @param everywhere whether it also answers every path that nobody else does, as derp §2.2 has it;
///   not in a server that is more than a relay, whose clients are to hear what is not there
/// @param bootstrapDns answers `/bootstrap-dns`; null where no names were configured
/// @param map what `/derpmap` tells, asked each time; null, or the answer null, where there is none
public record Pages(
    HttpHandler home,
    boolean everywhere,
    @Nullable HttpHandler bootstrapDns,
    @Nullable Supplier<@Nullable DerpMap> map) {
  private static final Map<String, String> BROWSER =
      Map.of(
          "Strict-Transport-Security", "max-age=63072000; includeSubDomains",
          "Content-Security-Policy",
              "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'self';"
                  + " block-all-mixed-content; object-src 'none'",
          "X-Frame-Options", "DENY",
          "X-Content-Type-Options", "nosniff");

  public RequestRoutes addTo(RequestRoutes routes) {
    var _ =
        (everywhere ? routes.http("/", home) : routes.httpAt("/", home))
            .http("/robots.txt", _ -> inBrowser(200, "text/plain", "User-agent: *\nDisallow: /\n"));
    if (bootstrapDns != null) {
      var _ = routes.http("/bootstrap-dns", bootstrapDns);
    }
    if (map != null) {
      var _ = routes.http("/derpmap", _ -> answer(map.get()));
    }
    return routes;
  }

  private static HttpResponse answer(@Nullable DerpMap map) {
    return map == null
        ? HttpResponse.text(404, "no map of relays here")
        : new HttpResponse(
            200,
            Map.of(
                "Content-Type", "application/json",
                "Cache-Control", "no-store",
                "Access-Control-Allow-Origin", "*"),
            map.toJson().getBytes(UTF_8));
  }

  static HttpResponse inBrowser(int status, String type, String text) {
    return inBrowser(status, Map.of("Content-Type", type + "; charset=utf-8"), text);
  }

  static HttpResponse inBrowser(int status, Map<String, String> headers, String text) {
    var all = new HashMap<>(BROWSER);
    all.putAll(headers);
    return new HttpResponse(status, all, text.getBytes(UTF_8));
  }
}
