package dev.adit.agent;

import dev.adit.net.http.HttpHandler;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import java.io.IOException;

/// The agent's local socket (control R-ADM-2): everybody on the machine may ask `status`, `ping`,
/// `netcheck` and `explain`, without seeing where peers are; root, the agent's own user and the
/// operator may do everything.
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

    /// See [ExplainQuestion].
    ///
    /// @param peer empty for all
    /// @throws MalformedException if there is no such peer
    String explain(String peer, boolean withEndpoints) throws MalformedException;

    /// `{"changes":[…]}`: see [dev.adit.core.control.MapFollower#changes].
    String changes();

    /// Ends the agent after the answer left.
    void down();
  }

  private static final int LONGEST_USER = 64;

  private final Services services;
  private final Operator operator;

  LocalApi(Services services, Operator operator) {
    this.services = services;
    this.operator = operator;
  }

  @Override
  public HttpResponse handle(HttpRequest request) {
    boolean owner = request.user() != null && request.user().trusted();
    boolean trusted = owner || operator.is(request.user());
    try {
      return switch (request.method() + " " + request.path()) {
        case "GET /v1/status" -> HttpResponse.json(200, services.status().toJson(trusted));
        case "GET /v1/changes" -> HttpResponse.json(200, services.changes());
        case "GET /v1/netcheck" -> HttpResponse.json(200, services.netcheck());
        case "POST /v1/ping" -> {
          JsonObject body = Json.parseObject(request.body());
          long timeout = body.integerOr("timeoutMs", 2_000, 1, MAX_PING_MS);
          yield HttpResponse.json(200, services.ping(body.string("peer"), timeout, trusted));
        }
        case "POST /v1/explain" -> {
          String peer = Json.parseObject(request.body()).optionalString("peer");
          yield HttpResponse.json(200, services.explain(peer == null ? "" : peer, trusted));
        }
        case "POST /v1/down" -> {
          if (!trusted) {
            yield refused(
                403, "forbidden", "only root, the agent's own user and its operator may do that");
          }
          services.down();
          yield HttpResponse.json(200, "{}");
        }
        case "POST /v1/set" -> owner ? set(request) : ownerOnly();
        default ->
            refused(
                404, "not_found", "no such request: " + request.method() + " " + request.path());
      };
    } catch (MalformedException e) {
      return refused(400, "bad_request", String.valueOf(e.getMessage()));
    }
  }

  /// Who was made operator makes nobody else one.
  private static HttpResponse ownerOnly() {
    return refused(403, "forbidden", "only root and the agent's own user may do that");
  }

  private HttpResponse set(HttpRequest request) throws MalformedException {
    String user = Json.parseObject(request.body()).string("operator");
    if (user.length() > LONGEST_USER || !user.codePoints().allMatch(c -> c > ' ' && c != 0x7f)) {
      throw new MalformedException("operator: needs the name of a user of this machine");
    }
    try {
      operator.become(user);
      return HttpResponse.json(
          200, new JsonWriter().beginObject().member("operator", user).endObject().toString());
    } catch (IOException e) {
      return refused(503, "unavailable", "cannot store the operator: " + e.getMessage());
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
