package dev.adit.coordinator.verify;

import dev.adit.coordinator.api.Commands;
import dev.adit.coordinator.api.Errors;
import dev.adit.coordinator.api.Route;
import dev.adit.coordinator.store.VerifyTransactions;
import dev.adit.coordinator.store.Writer;
import dev.adit.core.coordinator.Refusal;
import dev.adit.core.coordinator.VerifyUrlRow;
import dev.adit.core.coordinator.VerifyUrls;
import dev.adit.net.Clock;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.log.LogLine;
import dev.adit.wire.Json;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import dev.adit.wire.control.HttpsUrl;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Verify URLs: listed, made, revoked. A URL itself is in one answer only.
public final class VerifyUrlResource {
  private static final Logger LOG = LoggerFactory.getLogger(VerifyUrlResource.class);
  private static final String ROUTE = "/verify-urls";

  private final Commands commands;
  private final VerifyDoor door;
  private final HttpsUrl at;
  private final UUID network;
  private final Clock clock;
  private final RandomGenerator random;

  /// @param door hears of each change
  /// @param at where the door is
  /// @param network of a URL for which none is named
  /// @param random cryptographically secure outside of tests, and thread-safe
  public VerifyUrlResource(
      Writer writer,
      VerifyDoor door,
      HttpsUrl at,
      UUID network,
      Clock clock,
      RandomGenerator random) {
    this.commands = new Commands(writer);
    this.door = door;
    this.at = at;
    this.network = network;
    this.clock = clock;
    this.random = random;
  }

  public List<Route> routes() {
    return List.of(
        new Route("GET", ROUTE, (request, none) -> list()),
        new Route("POST", ROUTE, (request, none) -> create(request)),
        new Route("DELETE", ROUTE + "/{id}", (request, id) -> revoke(id)));
  }

  private HttpResponse list() {
    return switch (commands.run(VerifyTransactions::all)) {
      case Writer.Result.Failed(var refusal) -> Errors.of(refusal);
      case Writer.Result.Done(var rows) -> {
        var json = new JsonWriter().beginObject().name("verifyUrls").beginArray();
        for (VerifyUrlRow row : rows) {
          members(json.beginObject(), row).endObject();
        }
        yield HttpResponse.json(200, json.endArray().endObject().toString());
      }
    };
  }

  private HttpResponse create(HttpRequest request) throws MalformedException {
    String named = Json.parseObject(request.body()).optionalString("network");
    String of = Objects.requireNonNullElse(named, network.toString());
    long now = clock.wall().getEpochSecond();
    return switch (commands.run(sql -> VerifyTransactions.create(sql, of, now, random))) {
      case Writer.Result.Failed(var refusal) -> Errors.of(refusal);
      case Writer.Result.Done(VerifyUrls.Outcome.Refused(var refusal)) -> Errors.of(refusal);
      case Writer.Result.Done(VerifyUrls.Outcome.Created(var row, var secret)) -> {
        door.put(row);
        LogLine.info(LOG, "verify_url_created")
            .addKeyValue("url", row.id())
            .addKeyValue("network", row.network())
            .log("a verify URL was made");
        var json = members(new JsonWriter().beginObject(), row);
        json.member("url", at + VerifyDoor.PATH + "/" + Text.b64(secret));
        yield HttpResponse.json(201, json.endObject().toString());
      }
    };
  }

  private HttpResponse revoke(String id) {
    long now = clock.wall().getEpochSecond();
    return switch (commands.run(sql -> VerifyTransactions.revoke(sql, id, now))) {
      case Writer.Result.Failed(var refusal) -> Errors.of(refusal);
      case Writer.Result.Done(var found) -> {
        if (found.isEmpty()) {
          String text = "no verify URL " + id + "; see: adit coordinator relay list --derper";
          yield Errors.of(Refusal.unknown(text));
        }
        VerifyUrlRow row = found.getFirst();
        door.put(row);
        LogLine.info(LOG, "verify_url_revoked")
            .addKeyValue("url", row.id())
            .log("a verify URL was revoked");
        yield HttpResponse.json(
            200, members(new JsonWriter().beginObject(), row).endObject().toString());
      }
    };
  }

  private static JsonWriter members(JsonWriter json, VerifyUrlRow row) {
    json.member("id", row.id())
        .member("network", row.network().toString())
        .member("state", row.isRevoked() ? "revoked" : "active")
        .member("createdAt", row.createdAt());
    if (row.isRevoked()) {
      json.member("revokedAt", row.revokedAt());
    }
    return json;
  }
}
