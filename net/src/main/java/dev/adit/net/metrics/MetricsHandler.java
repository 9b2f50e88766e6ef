package dev.adit.net.metrics;

import dev.adit.net.http.HttpHandler;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import java.util.List;
import java.util.Map;

/// Answers `GET /metrics`. Reads only: nobody can change anything by it. Thread-safe; readings are
/// taken for one request at a time, so that many requests cost a program no more than one.
public final class MetricsHandler implements HttpHandler {
  public static final String PATH = "/metrics";

  private final List<Readings.Source> sources;
  private final MetricsFormat format;

  /// @param sources in the order of the page
  public MetricsHandler(List<Readings.Source> sources, MetricsFormat format) {
    this.sources = List.copyOf(sources);
    this.format = format;
  }

  @Override
  public synchronized HttpResponse handle(HttpRequest request) {
    if (!request.path().equals(PATH)) {
      return HttpResponse.text(404, "nothing here but " + PATH);
    }
    if (!request.method().equals("GET")) {
      var refusal = HttpResponse.text(405, "only GET");
      return new HttpResponse(405, Map.of("Allow", "GET"), refusal.body());
    }
    return format.page(request, Readings.of(sources));
  }

  /// As this for its path, and as `other` for all others.
  public HttpHandler before(HttpHandler other) {
    return request -> request.path().equals(PATH) ? handle(request) : other.handle(request);
  }
}
