package dev.adit.systemtests.interop;

import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/// A process of `adit-interop clients`: Tailscale's `derphttp` clients, told what to do.
/// Thread-safe.
final class GoClients implements Clients {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Map<String, GoClient> clients = new ConcurrentHashMap<>();
  private final Map<Integer, CompletableFuture<JsonObject>> asked = new ConcurrentHashMap<>();
  private final AtomicInteger ids = new AtomicInteger();
  private final Program program;

  private GoClients(Stage stage, String name, String go, Map<String, String> environment)
      throws IOException {
    program = stage.start(name, List.of(GoPrograms.path(go), "clients"), environment, this::heard);
  }

  static GoClients start(Stage stage) throws IOException {
    return new GoClients(stage, "clients", "adit-interop", Map.of());
  }

  /// Clients that find this proxy in their environment.
  static GoClients behindProxy(Stage stage, String proxy) throws IOException {
    return new GoClients(stage, "proxied", "adit-interop", Map.of("HTTPS_PROXY", proxy));
  }

  /// Clients that speak DERP over WebSocket.
  static GoClients overWebSocket(Stage stage) throws IOException {
    var variable = Map.of("TS_DEBUG_DERP_WS_CLIENT", "true");
    return new GoClients(stage, "websocket", "adit-interop-websocket", variable);
  }

  private void heard(String line) {
    try {
      JsonObject said = Json.parseReport(line);
      if (said.has("id")) {
        CompletableFuture<JsonObject> waiting = asked.remove((int) said.integer("id"));
        if (waiting != null) {
          waiting.complete(said);
        }
        return;
      }
      GoClient client = clients.get(said.string("client"));
      if (client != null) {
        client.heard(said);
      }
    } catch (MalformedException e) {
      throw new IllegalStateException(line, e);
    }
  }

  @Override
  public GoClient open(String name, ClientOptions options) {
    GoClient client = openUnheard(name, options);
    client.awaitRegistration();
    return client;
  }

  @Override
  public GoClient openUnheard(String name, ClientOptions options) {
    return make(name, "open", options);
  }

  /// Starts Tailscale's watch loop, which connects by itself, again and again.
  GoClient watch(String name, ClientOptions options) {
    return make(name, "watch", options);
  }

  private GoClient make(String name, String what, ClientOptions options) {
    GoClient client = new GoClient(this, name);
    clients.put(name, client);
    client.opened(ask(name, what, json -> write(json, options)));
    return client;
  }

  private static void write(JsonWriter json, ClientOptions options) {
    json.member("URL", options.url()).member("Key", options.key()).member("Mesh", options.mesh());
    if (!options.region().isEmpty()) {
      json.name("Region").raw(options.region());
    }
    json.member("Watch", options.watches()).member("Prober", options.isProber());
    json.member("Preferred", options.isPreferred()).member("Reconnect", options.reconnects());
  }

  @Override
  public void closeAll() {
    clients.values().forEach(GoClient::close);
    clients.clear();
  }

  long metric(DerpServer server, Gauge gauge) {
    JsonObject answer =
        ask(
            "",
            "metric",
            json -> json.member("URL", server.metrics()).member("Name", server.nameOf(gauge)));
    try {
      return answer.integer("value");
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  /// Asks until it is so: a connection's end is noticed a moment later.
  void await(DerpServer server, Gauge gauge, long value) {
    Waiting.until(PATIENCE, () -> gauge + " to be " + value, () -> metric(server, gauge) == value);
  }

  /// What a command says beside its name.
  interface Members {
    void write(JsonWriter json);
  }

  /// @return the answer
  /// @throws Refused if it is an error
  JsonObject ask(String client, String what, Members members) {
    int id = ids.incrementAndGet();
    var answer = new CompletableFuture<JsonObject>();
    asked.put(id, answer);
    JsonWriter json = new JsonWriter().beginObject().member("ID", id).member("Do", what);
    members.write(json.member("Client", client));
    program.say(json.endObject().toString());
    try {
      JsonObject said = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      String error = said.optionalString("error");
      if (error != null) {
        throw new Refused(error);
      }
      return said;
    } catch (TimeoutException | InterruptedException | ExecutionException | MalformedException e) {
      throw new AssertionError(client + ": no answer to " + what + program.tail(), e);
    }
  }

  String tail() {
    return program.tail();
  }

  /// Tailscale's client said no.
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    Refused(String message) {
      super(message);
    }
  }
}
