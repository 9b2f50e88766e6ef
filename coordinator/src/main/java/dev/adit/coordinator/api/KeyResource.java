package dev.adit.coordinator.api;

import dev.adit.coordinator.store.Reads;
import dev.adit.coordinator.store.Transactions;
import dev.adit.coordinator.store.Writer;
import dev.adit.core.coordinator.JoinKeyRow;
import dev.adit.core.coordinator.JoinKeys;
import dev.adit.core.coordinator.NetworkRow;
import dev.adit.core.coordinator.Networks;
import dev.adit.core.coordinator.Refusal;
import dev.adit.core.coordinator.Revoking;
import dev.adit.net.Clock;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.log.LogLine;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.JoinKey;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Join keys: listed, made, revoked. The text with the secret is in one answer only.
public final class KeyResource {
  private static final Logger LOG = LoggerFactory.getLogger(KeyResource.class);

  private final Commands commands;
  private final Transactions transactions;
  private final UUID network;
  private final Function<JoinKeys.Outcome.Created, JoinKey> text;
  private final Runnable revoked;
  private final Clock clock;

  /// @param network of a key that names none
  /// @param text makes the key's text with address and root
  /// @param revoked called after a key ended
  public KeyResource(
      Writer writer,
      Transactions transactions,
      UUID network,
      Function<JoinKeys.Outcome.Created, JoinKey> text,
      Runnable revoked,
      Clock clock) {
    this.commands = new Commands(writer);
    this.transactions = transactions;
    this.network = network;
    this.text = text;
    this.revoked = revoked;
    this.clock = clock;
  }

  public List<Route> routes() {
    return List.of(
        new Route("GET", "/keys", (request, none) -> list()),
        new Route("POST", "/keys", (request, none) -> create(request)),
        new Route("DELETE", "/keys/{id}", (request, id) -> revoke(id)));
  }

  private HttpResponse list() {
    return switch (commands.run(Reads::joinKeys)) {
      case Writer.Result.Failed(var refusal) -> Errors.of(refusal);
      case Writer.Result.Done(var keys) -> {
        var json = new JsonWriter().beginObject().name("keys").beginArray();
        keys.forEach(key -> write(json, key));
        yield HttpResponse.json(200, json.endArray().endObject().toString());
      }
    };
  }

  private HttpResponse create(HttpRequest request) throws MalformedException {
    JsonObject body =
        Json.parseObject(request.body().length == 0 ? new byte[] {'{', '}'} : request.body());
    String named = body.optionalString("network");
    String kindText = body.optionalString("kind");
    JoinKeyRow.Kind kind = kindText == null ? JoinKeyRow.Kind.NODE : kind(kindText);
    UUID of = named != null || kind == JoinKeyRow.Kind.RELAY ? null : network;
    if (named != null) {
      var found = commands.run(sql -> List.copyOf(Reads.networks(sql)));
      switch (found) {
        case Writer.Result.Failed(var refusal) -> {
          return Errors.of(refusal);
        }
        case Writer.Result.Done(var networks) -> {
          NetworkRow row = Networks.find(networks, named);
          if (row == null) {
            return Errors.of(
                Refusal.unknown("no network " + named + " here; see: adit network list"));
          }
          of = row.id();
        }
      }
    }
    var wish =
        new JoinKeys.Wish(
            of,
            kind,
            (int) body.integerOr("maxUses", 1, 1, JoinKeys.MOST_USES),
            body.integerOr(
                "expiresSeconds", JoinKeys.DEFAULT_SECONDS, 1, JoinKeys.LONGEST_SECONDS));
    long now = clock.wall().getEpochSecond();
    return switch (commands.run(sql -> transactions.createKey(sql, wish, now))) {
      case Writer.Result.Failed(var refusal) -> Errors.of(refusal);
      case Writer.Result.Done(JoinKeys.Outcome.Refused(var refusal)) -> Errors.of(refusal);
      case Writer.Result.Done(JoinKeys.Outcome.Created created) -> {
        LogLine.info(LOG, "key_created")
            .addKeyValue("key", created.row().id())
            .addKeyValue("uses", created.row().maxUses())
            .log("a join key was made");
        var json = new JsonWriter().beginObject();
        members(json, created.row());
        json.member("key", text.apply(created).text());
        yield HttpResponse.json(201, json.endObject().toString());
      }
    };
  }

  private static JoinKeyRow.Kind kind(String text) throws MalformedException {
    try {
      return JoinKeyRow.Kind.of(text);
    } catch (IllegalArgumentException e) {
      throw new MalformedException("kind: node or relay, found " + text);
    }
  }

  private HttpResponse revoke(String id) {
    long now = clock.wall().getEpochSecond();
    return switch (commands.run(sql -> transactions.revokeKey(sql, id, now))) {
      case Writer.Result.Failed(var refusal) -> Errors.of(refusal);
      case Writer.Result.Done(Revoking.Outcome.Refused(var refusal)) -> Errors.of(refusal);
      case Writer.Result.Done(Revoking.Outcome.Revoked(var key, _)) -> {
        LogLine.info(LOG, "key_revoked").addKeyValue("key", key.id()).log("a join key was revoked");
        revoked.run();
        var json = new JsonWriter();
        write(json, key);
        yield HttpResponse.json(200, json.toString());
      }
    };
  }

  private void write(JsonWriter json, JoinKeyRow key) {
    json.beginObject();
    members(json, key);
    json.endObject();
  }

  private void members(JsonWriter json, JoinKeyRow key) {
    Refusal ended = key.ended(clock.wall().getEpochSecond());
    json.member("id", key.id())
        .member("network", key.network() == null ? null : key.network().toString())
        .member("kind", key.kind().text())
        .member("state", ended == null ? "active" : ended.code().substring("join_key_".length()))
        .member("uses", key.uses())
        .member("maxUses", key.maxUses())
        .member("createdAt", key.createdAt())
        .member("expiresAt", key.expiresAt());
    if (key.revokedAt() != 0) {
      json.member("revokedAt", key.revokedAt());
    }
  }
}
