package dev.adit.coordinator.api;

import dev.adit.coordinator.store.MemberTransactions;
import dev.adit.coordinator.store.Reads;
import dev.adit.coordinator.store.RelayTransactions;
import dev.adit.coordinator.store.Transactions;
import dev.adit.coordinator.store.Writer;
import dev.adit.coordinator.stream.Hub;
import dev.adit.coordinator.stream.RelayState;
import dev.adit.coordinator.stream.StartState;
import dev.adit.core.coordinator.NetworkRow;
import dev.adit.core.coordinator.Networks;
import dev.adit.net.Clock;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.log.LogLine;
import dev.adit.wire.Json;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Prefix;
import dev.adit.wire.control.ControlMessage.RelayReport;
import dev.adit.wire.control.Envelope;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Networks: listed, made. Relays: listed, removed.
public final class SiteResource {
  private static final Logger LOG = LoggerFactory.getLogger(SiteResource.class);

  private final Commands commands;
  private final Transactions transactions;
  private final Hub hub;
  private final List<Prefix> inUse;
  private final Clock clock;

  /// @param inUse prefixes that a new network avoids
  public SiteResource(
      Writer writer, Transactions transactions, Hub hub, List<Prefix> inUse, Clock clock) {
    this.commands = new Commands(writer);
    this.transactions = transactions;
    this.hub = hub;
    this.inUse = inUse;
    this.clock = clock;
  }

  public List<Route> routes() {
    return List.of(
        new Route("GET", "/networks", (request, none) -> networks()),
        new Route("POST", "/networks", (request, none) -> create(request)),
        new Route("GET", "/relays", (request, none) -> relays()),
        new Route("DELETE", "/relays/{idOrName}", (request, name) -> remove(name)));
  }

  private HttpResponse networks() {
    return switch (commands.run(Reads::networks)) {
      case Writer.Result.Failed(var refusal) -> Errors.of(refusal);
      case Writer.Result.Done(var networks) -> {
        var json = new JsonWriter().beginObject().name("networks").beginArray();
        networks.forEach(network -> write(json, network));
        yield HttpResponse.json(200, json.endArray().endObject().toString());
      }
    };
  }

  private static void write(JsonWriter json, NetworkRow network) {
    json.beginObject()
        .member("id", network.id().toString())
        .member("name", network.name())
        .strings("ranges", List.of(network.plan().v4(), network.plan().v6()))
        .member("revision", network.revision())
        .endObject();
  }

  /// A network as it was made, with the records of the relays that serve it.
  private record Made(Networks.Outcome outcome, Map<UUID, Envelope> relays) {}

  private HttpResponse create(HttpRequest request) throws MalformedException {
    String name = Json.parseObject(request.body()).string("name");
    long now = clock.wall().toEpochMilli();
    var result =
        commands.run(sql -> {
          var outcome = transactions.createNetwork(sql, name, inUse, now);
          return outcome instanceof Networks.Outcome.Created(var network)
              ? new Made(outcome, StartState.relays(sql, network.id()))
              : new Made(outcome, Map.of());
        });
    return switch (result) {
      case Writer.Result.Failed(var refusal) -> Errors.of(refusal);
      case Writer.Result.Done(Made(Networks.Outcome.Refused(var refusal), _)) -> Errors.of(refusal);
      case Writer.Result.Done(Made(Networks.Outcome.Created(var network), var relays)) -> {
        Commands.await(hub.made(network, relays));
        LogLine.info(LOG, "network_created")
            .addKeyValue("network", network.id())
            .addKeyValue("name", network.name())
            .log("a network was made");
        var json = new JsonWriter();
        write(json, network);
        yield HttpResponse.json(201, json.toString());
      }
    };
  }

  /// Answers when the relay, if it is on line, was told.
  private HttpResponse remove(String idOrName) {
    long now = clock.wall().toEpochMilli();
    return switch (commands.run(
        sql -> MemberTransactions.remove(sql, transactions, idOrName, now))) {
      case Writer.Result.Failed(var refusal) -> Errors.of(refusal);
      case Writer.Result.Done(MemberTransactions.Removal.Refused(var refusal)) ->
          Errors.of(refusal);
      case Writer.Result.Done(MemberTransactions.Removal.Removed(var member, var committed)) -> {
        Commands.await(hub.removed(member, committed));
        LogLine.info(LOG, "relay_removed")
            .addKeyValue("relay", idOrName)
            .log("a relay was removed");
        yield HttpResponse.empty(204);
      }
    };
  }

  private HttpResponse relays() throws MalformedException {
    return switch (commands.run(RelayTransactions::live)) {
      case Writer.Result.Failed(var refusal) -> Errors.of(refusal);
      case Writer.Result.Done(var relays) -> {
        var states = Commands.await(hub.relayStates());
        var json = new JsonWriter().beginObject().name("relays").beginArray();
        for (var relay : relays) {
          json.beginObject()
              .member("id", relay.row().id().toString())
              .member(
                  "network",
                  relay.row().network() == null ? null : relay.row().network().toString())
              .member("issuedAt", relay.row().issuedAt())
              .member("notAfter", relay.row().notAfter())
              .name("description")
              .value(Json.parseObject(relay.row().description()));
          write(json, states.get(relay.row().key()));
          json.endObject();
        }
        yield HttpResponse.json(200, json.endArray().endObject().toString());
      }
    };
  }

  /// @param state null for a relay that has not joined
  private static void write(JsonWriter json, @Nullable RelayState state) {
    json.member("joined", state != null);
    if (state == null) {
      return;
    }
    json.member("online", state.online()).member("current", state.current());
    RelayReport report = state.report();
    if (report != null) {
      json.name("report")
          .beginObject()
          .member("at", state.reportedAt())
          .member("derp", report.derp())
          .member("udp", report.udp())
          .member("sessions", report.sessions())
          .member("bytesPerSec", report.bytesPerSec())
          .member("health", report.health())
          .endObject();
    }
  }
}
