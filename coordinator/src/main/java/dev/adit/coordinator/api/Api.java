package dev.adit.coordinator.api;

import dev.adit.net.http.HttpHandler;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Answers everything below `/api/v1`. Thread-safe.
///
/// Over TCP every operation needs an admin token, also to learn that it does not exist; on the
/// local socket the file's mode has authorised the caller (control R-ADM-1, R-ADM-4).
public final class Api implements HttpHandler {
  public static final String PREFIX = "/api/v1";
  private static final String DOCUMENT = "openapi.json";

  private final AdminTokens tokens;
  private final List<Route> routes;

  public Api(AdminTokens tokens, List<Route> resources) {
    this.tokens = tokens;
    var document = HttpResponse.json(200, document());
    var all = new ArrayList<>(resources);
    all.add(new Route("GET", "/" + DOCUMENT, (request, none) -> document));
    routes = List.copyOf(all);
  }

  /// All operations; the OpenAPI document has exactly these.
  public List<Route> routes() {
    return routes;
  }

  /// The OpenAPI 3.1 document.
  static String document() {
    try (var in = Api.class.getResourceAsStream(DOCUMENT)) {
      if (in == null) {
        throw new IllegalStateException(DOCUMENT + " is not in this program");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public HttpResponse handle(HttpRequest request) {
    boolean local = request.peer() == null;
    if (!local && !tokens.allow(request.header("authorization"))) {
      var answer =
          Errors.of(401, "unauthorized", "needs an admin token: Authorization: Bearer ID.SECRET");
      return Errors.with(answer, "WWW-Authenticate", "Bearer");
    }
    String path = request.path();
    boolean below = path.startsWith(PREFIX + "/");
    return below
        ? route(request, path.substring(PREFIX.length()))
        : Errors.of(404, "not_found", "nothing here; see " + PREFIX + "/" + DOCUMENT);
  }

  private HttpResponse route(HttpRequest request, String path) {
    var allowed = new ArrayList<String>();
    for (Route route : routes) {
      if (!route.matches(path)) {
        continue;
      }
      if (route.method().equals(request.method())) {
        return run(route, request, path);
      }
      allowed.add(route.method());
    }
    if (allowed.isEmpty()) {
      return Errors.of(404, "not_found", "nothing here; see " + PREFIX + "/" + DOCUMENT);
    }
    var answer = Errors.of(405, "method_not_allowed", "allowed: " + String.join(", ", allowed));
    return Errors.with(answer, "Allow", String.join(", ", allowed));
  }

  private static HttpResponse run(Route route, HttpRequest request, String path) {
    try {
      return route.operation().run(request, route.parameter(path));
    } catch (MalformedException e) {
      return Errors.of(400, "invalid", String.valueOf(e.getMessage()));
    }
  }
}
