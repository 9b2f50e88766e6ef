package dev.adit.cli.server;

import dev.adit.cli.relay.MapSource;
import dev.adit.net.Clock;
import dev.adit.net.frontdoor.RequestRoutes;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The map of relays that a relay shows (a picocli mixin).
final class MapOptions {
  private static final String PATH = "/derpmap";

  @Option(
      names = "--derpmap",
      paramLabel = "FILE|URL",
      description = {
        "Show this map of relays, in Tailscale's JSON, on /derpmap (default: one of this relay alone).",
        "Read anew on SIGHUP; of a URL it is fetched then."
      })
  @Nullable String map;

  /// Reads the map, and adds it to what the front door serves.
  ///
  /// @throws dev.adit.cli.Failure if there is none at the start
  void addTo(RequestRoutes routes, Reloads reloads) {
    if (map == null) {
      return;
    }
    var source = new MapSource(map, Clock.SYSTEM);
    var json = new AtomicReference<String>(source.map().toJson());
    reloads.add("map of relays", () -> json.set(source.read().toJson()));
    var _ = routes.http(PATH, request -> page(request, json.get()));
  }

  private static HttpResponse page(HttpRequest request, String json) {
    if (!request.path().equals(PATH)) {
      return HttpResponse.text(404, "not found");
    }
    if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
      return new HttpResponse(405, Map.of("Allow", "GET, HEAD"), new byte[0]);
    }
    return HttpResponse.json(200, json);
  }
}
