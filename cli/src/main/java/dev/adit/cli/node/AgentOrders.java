package dev.adit.cli.node;

import dev.adit.agent.AgentConfig;
import dev.adit.agent.DataMode;
import dev.adit.cli.launch.LogOptions;
import dev.adit.wire.Endpoint;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// An agent's configuration as `adit up` hands it to the agent's process: JSON, which the list of
/// processes does not show.
final class AgentOrders {
  private static final int MAX_CANDIDATES = 1_000;

  private AgentOrders() {}

  static byte[] write(AgentConfig config, LogOptions log) {
    var json =
        new JsonWriter()
            .beginObject()
            .member("state", config.stateFolder().toString())
            .member("run", config.runFolder().toString())
            .member("interface", config.interfaceName())
            .member("mode", config.mode().text())
            .member("offlineMaxAge", config.offlineMaxAge())
            .member("readyWithin", config.readyWithin())
            .member("newIdentity", config.newIdentity())
            .member("helper", config.helperSocket().toString())
            .member("logLevel", log.level())
            .member("logFormat", log.format());
    optional(json, "wireGuardGo", config.wireGuardGo());
    optional(json, "key", config.joinKey());
    optional(json, "name", config.name());
    optional(json, "metrics", config.metrics());
    json.name("candidates").beginArray();
    for (String candidate : config.staticCandidates()) {
      json.value(candidate);
    }
    return json.endArray().endObject().toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void optional(JsonWriter json, String name, @Nullable Object value) {
    if (value != null) {
      json.member(name, value.toString());
    }
  }

  private static DataMode mode(String text) throws MalformedException {
    try {
      return DataMode.parse(text);
    } catch (IllegalArgumentException e) {
      throw new MalformedException(String.valueOf(e.getMessage()));
    }
  }

  static LogOptions readLog(byte[] orders) throws MalformedException {
    JsonObject json = Json.parseObject(orders);
    return new LogOptions(json.string("logLevel"), json.string("logFormat"));
  }

  static AgentConfig read(byte[] orders) throws MalformedException {
    JsonObject json = Json.parseObject(orders);
    String wireGuardGo = json.optionalString("wireGuardGo");
    String metrics = json.optionalString("metrics");
    return new AgentConfig(
        Path.of(json.string("state")),
        Path.of(json.string("run")),
        json.string("interface"),
        wireGuardGo == null ? null : Path.of(wireGuardGo),
        json.optionalString("key"),
        json.optionalString("name"),
        mode(json.string("mode")),
        json.strings("candidates", MAX_CANDIDATES),
        json.integer("offlineMaxAge", 0, Json.MAX_INTEGER),
        json.integer("readyWithin", 0, Json.MAX_INTEGER),
        metrics == null ? null : Endpoint.parse(metrics),
        json.bool("newIdentity"),
        Path.of(json.string("helper")));
  }
}
