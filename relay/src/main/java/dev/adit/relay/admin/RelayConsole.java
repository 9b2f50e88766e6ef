package dev.adit.relay.admin;

import dev.adit.net.http.HttpHandler;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.wire.JsonWriter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Answers what the operator asks on the relay's local socket. Everybody on the machine may speak
/// to that, because of the metrics; here only root and the relay's own user are answered.
/// Thread-safe.
///
/// | path | method | answer |
/// |---|---|---|
/// | `/relay/status` | GET | how it is; with `?clients` each client |
/// | `/relay/close` | POST | ends the connections of a key |
/// | `/relay/drain` | POST | sends its clients away, then ends |
/// | `/debug/…` | GET | [DebugPages] |
public final class RelayConsole implements HttpHandler {
  /// Of what is asked of the relay itself.
  public static final String RELAY = "/relay/";

  public static final String STATUS = RELAY + "status";

  private static final String REFUSAL = "only root and the relay's own user may do that";

  private final Operations operations;
  private final HttpHandler debug;

  /// What can be asked of a relay.
  public interface Operations {
    /// How it is, as a JSON object.
    ///
    /// @param clients with each of them
    String status(boolean clients);
  }

  public RelayConsole(Operations operations, DebugPages debug) {
    this.operations = operations;
    this.debug = debug;
  }

  /// True if this answers requests to `path`, and nothing else does.
  public static boolean answers(String path) {
    return path.startsWith(RELAY) || DebugPages.answers(path);
  }

  /// As this for its own paths, and as `other` for all others.
  public HttpHandler before(HttpHandler other) {
    return request -> answers(request.path()) ? handle(request) : other.handle(request);
  }

  @Override
  public HttpResponse handle(HttpRequest request) {
    var user = request.user();
    if (user == null || !user.trusted()) {
      return error(403, "not_allowed", REFUSAL);
    }
    return switch (request.path()) {
      case STATUS ->
          request.method().equals("GET")
              ? HttpResponse.json(200, operations.status(has(request.query(), "clients")))
              : only("GET");
      default ->
          DebugPages.answers(request.path())
              ? debug.handle(request)
              : error(404, "not_found", "nothing here but " + STATUS + " and " + DebugPages.PATH);
    };
  }

  private static boolean has(@Nullable String query, String name) {
    return query != null && query.equals(name);
  }

  private static HttpResponse only(String method) {
    var refusal = error(405, "method_not_allowed", "allowed: " + method);
    return new HttpResponse(
        405, Map.of("Allow", method, "Content-Type", "application/json"), refusal.body());
  }

  /// As the coordinator words its refusals.
  private static HttpResponse error(int status, String code, String text) {
    var json = new JsonWriter().beginObject().name("error").beginObject();
    json.member("code", code).member("text", text);
    return HttpResponse.json(status, json.endObject().endObject().toString());
  }
}
