package dev.adit.coordinator.api;

import dev.adit.coordinator.store.Reads;
import dev.adit.coordinator.store.RelayTransactions;
import dev.adit.coordinator.store.Writer;
import dev.adit.net.http.HttpResponse;
import dev.adit.wire.Json;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import java.util.List;

/// Networks and relays: listed.
public final class SiteResource {
  private final Commands commands;

  public SiteResource(Writer writer) {
    this.commands = new Commands(writer);
  }

  public List<Route> routes() {
    return List.of(
        new Route("GET", "/networks", (request, none) -> networks()),
        new Route("GET", "/relays", (request, none) -> relays()));
  }

  private HttpResponse networks() {
    return switch (commands.run(Reads::networks)) {
      case Writer.Result.Failed(var refusal) -> Errors.of(refusal);
      case Writer.Result.Done(var networks) -> {
        var json = new JsonWriter().beginObject().name("networks").beginArray();
        for (var network : networks) {
          json.beginObject()
              .member("id", network.id().toString())
              .member("name", network.name())
              .strings("ranges", List.of(network.plan().v4(), network.plan().v6()))
              .member("revision", network.revision())
              .endObject();
        }
        yield HttpResponse.json(200, json.endArray().endObject().toString());
      }
    };
  }

  private HttpResponse relays() throws MalformedException {
    return switch (commands.run(RelayTransactions::live)) {
      case Writer.Result.Failed(var refusal) -> Errors.of(refusal);
      case Writer.Result.Done(var relays) -> {
        var json = new JsonWriter().beginObject().name("relays").beginArray();
        for (var relay : relays) {
          json.beginObject()
              .member("id", relay.row().id().toString())
              .member("issuedAt", relay.row().issuedAt())
              .member("notAfter", relay.row().notAfter())
              .name("description")
              .value(Json.parseObject(relay.row().description()))
              .endObject();
        }
        yield HttpResponse.json(200, json.endArray().endObject().toString());
      }
    };
  }
}
