package dev.adit.systemtests.interop;

import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/// A crowd of Tailscale's clients: a process of `adit-interop chaos`. Thread-safe.
final class GoCrowd implements Crowd {
  private static final int PATIENCE_SECONDS = 60;

  private final Map<Integer, CompletableFuture<JsonObject>> asked = new ConcurrentHashMap<>();
  private final AtomicInteger ids = new AtomicInteger();
  private final Listener listener;
  private final Program program;

  GoCrowd(Stage stage, Listener listener) throws IOException {
    this.listener = listener;
    program =
        stage.start(
            "crowd", List.of(GoPrograms.path("adit-interop"), "chaos"), Map.of(), this::heard);
  }

  private void heard(String line) {
    try {
      JsonObject said = Json.parseReport(line);
      if (said.has("id")) {
        CompletableFuture<JsonObject> waiting = asked.remove((int) said.integer("id"));
        if (waiting != null) {
          waiting.complete(said);
        }
      } else {
        listener.isUp((int) said.integer("client"), (int) said.integer("port"));
      }
    } catch (MalformedException e) {
      throw new IllegalStateException(line, e);
    }
  }

  @Override
  public void start(Orders orders) {
    JsonWriter json = command("start").name("Clients").beginArray();
    for (Member member : orders.members()) {
      json.beginObject().member("Number", member.number()).member("Key", member.key());
      json.member("Watch", member.watches()).endObject();
    }
    json.endArray().strings("Peers", orders.peers()).strings("URLs", orders.urls());
    ask(json.member("Mesh", DerpServer.MESH_KEY).member("PauseMillis", PAUSE_MILLIS));
  }

  @Override
  public void end(int member, int port, End how) {
    ask(
        command("break")
            .member("Client", member)
            .member("Port", port)
            .member("How", how.name().toLowerCase(Locale.ROOT)));
  }

  @Override
  public boolean sendsReset() {
    return true;
  }

  @Override
  public void rest() {
    ask(command("rest"));
  }

  @Override
  public Tally tally() {
    JsonObject said = ask(command("count"));
    try {
      return new Tally(
          said.integer("connects"),
          said.integer("failures"),
          said.integer("sent"),
          said.integer("forwarded"),
          said.integer("received"),
          said.integer("damaged"),
          said.integer("pings"),
          said.integer("presences"));
    } catch (MalformedException e) {
      throw new AssertionError(said.toString(), e);
    }
  }

  private static JsonWriter command(String what) {
    return new JsonWriter().beginObject().member("Do", what);
  }

  private JsonObject ask(JsonWriter command) {
    int id = ids.incrementAndGet();
    var answer = new CompletableFuture<JsonObject>();
    asked.put(id, answer);
    program.say(command.member("ID", id).endObject().toString());
    try {
      JsonObject said = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      String error = said.optionalString("error");
      if (error != null) {
        throw new AssertionError(error);
      }
      return said;
    } catch (TimeoutException | InterruptedException | ExecutionException | MalformedException e) {
      throw new AssertionError("no answer of the crowd" + program.tail(), e);
    }
  }
}
