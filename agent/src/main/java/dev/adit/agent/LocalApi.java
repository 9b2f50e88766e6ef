package dev.adit.agent;

import dev.adit.net.http.HttpHandler;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;

/// The agent's local socket (control R-ADM-2): everybody on the machine may ask `status`, `ping`
/// and `netcheck`, without seeing where peers are; root and the agent's own user may do everything.
///
/// Thread-safe: it holds no state; what it asks is.
final class LocalApi implements HttpHandler {
  private static final long MAX_PING_MS = 10_000;

  /// What the socket's users can ask for. Called on the socket's threads; may block.
  interface Services {
    StatusReport status();

    /// The answer's JSON.
    ///
    /// @throws MalformedException if there is no such peer
    String ping(String peer, long timeoutMillis, boolean withEndpoints) throws MalformedException;

    String netcheck();

    /// Ends the agent after the answer left.
    void down();
  }

  private final Services services;

  LocalApi(Services services) {
    this.services = services;
  }

  @Override
  public HttpResponse handle(HttpRequest request) {
    boolean trusted = request.user() != null && request.user().trusted();
    try {
      return switch (request.method() + " " + request.path()) {
        case "GET /v1/status" -> HttpResponse.json(200, services.status().toJson(trusted));
        case "GET /v1/netcheck" -> HttpResponse.json(200, services.netcheck());
        case "POST /v1/ping" -> {
          JsonObject body = Json.parseObject(request.body());
          long timeout = body.integerOr("timeoutMs", 2_000, 1, MAX_PING_MS);
          yield HttpResponse.json(200, services.ping(body.string("peer"), timeout, trusted));
        }
        case "POST /v1/down" -> {
          if (!trusted) {
            yield refused(403, "forbidden", "only root and the agent's own user may end the agent");
          }
          services.down();
          yield HttpResponse.json(200, "{}");
        }
        default ->
            refused(
                404, "not_found", "no such request: " + request.method() + " " + request.path());
      };
    } catch (MalformedException e) {
      return refused(400, "bad_request", String.valueOf(e.getMessage()));
    }
  }

  static HttpResponse refused(int status, String code, String text) {
    return HttpResponse.json(
        status,
        new JsonWriter()
            .beginObject()
            .name("error")
            .beginObject()
            .member("code", code)
            .member("text", text)
            .endObject()
            .endObject()
            .toString());
  }
}
