package dev.adit.relay.admin;

import dev.adit.crypto.PublicKey;
import dev.adit.net.http.HttpHandler;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.wire.Json;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
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
/// | `/relay/drain` | POST | sends the clients away, and ends |
/// | `/debug/…` | GET | [DebugPages] |
public final class RelayConsole implements HttpHandler {
  /// Of what is asked of the relay itself.
  public static final String RELAY = "/relay/";

  public static final String STATUS = RELAY + "status";
  public static final String CLOSE = RELAY + "close";
  public static final String DRAIN = RELAY + "drain";

  private static final String NODE_KEY = "nodekey:";
  private static final String REFUSAL = "only root and the relay's own user may do that";

  private final Operations operations;
  private final HttpHandler debug;

  /// What can be asked of a relay.
  public interface Operations {
    /// How it is, as a JSON object.
    ///
    /// @param clients with each of them
    String status(boolean clients);

    /// Ends every connection of a key, also at the other relays of the region.
    ///
    /// @return a JSON object that says how many there were here, and how many relays were asked
    String close(PublicKey client);

    /// Sends the clients away and ends the program, soon after this returns.
    ///
    /// @return a JSON object that says how many clients there are; null if the relay is only a part
    ///   of its program
    @Nullable String drain();
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
      case CLOSE -> request.method().equals("POST") ? close(request) : only("POST");
      case DRAIN -> request.method().equals("POST") ? drain() : only("POST");
      default ->
          DebugPages.answers(request.path())
              ? debug.handle(request)
              : error(404, "not_found", "nothing here but " + STATUS + " and " + DebugPages.PATH);
    };
  }

  private HttpResponse drain() {
    String answer = operations.drain();
    return answer == null
        ? error(409, "not_alone", "this relay is a part of adit serve; end that")
        : HttpResponse.json(200, answer);
  }

  private HttpResponse close(HttpRequest request) {
    try {
      String text = Json.parseObject(request.body()).string("key");
      return HttpResponse.json(200, operations.close(key(text)));
    } catch (MalformedException e) {
      return error(400, "invalid", "no key: expected 44 characters of base64, or nodekey:…");
    }
  }

  /// WireGuard's form, or Tailscale's.
  private static PublicKey key(String text) throws MalformedException {
    byte[] bytes =
        text.startsWith(NODE_KEY)
            ? Text.parseHex(text.substring(NODE_KEY.length()))
            : Text.parseWireGuardKey(text);
    if (bytes.length != PublicKey.BYTES) {
      throw new MalformedException("key: wrong length");
    }
    return PublicKey.of(bytes);
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
