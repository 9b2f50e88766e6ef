package dev.adit.coordinator.api;

import dev.adit.coordinator.store.Writer;
import dev.adit.coordinator.stream.Hub;
import dev.adit.core.coordinator.NodeRow;
import dev.adit.core.coordinator.Refusal;
import dev.adit.core.coordinator.Removing;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.log.LogLine;
import dev.adit.wire.JsonWriter;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Nodes: listed, shown, removed.
public final class NodeResource {
  private static final Logger LOG = LoggerFactory.getLogger(NodeResource.class);

  private final Hub hub;

  public NodeResource(Hub hub) {
    this.hub = hub;
  }

  public List<Route> routes() {
    return List.of(
        new Route("GET", "/nodes", (request, none) -> list()),
        new Route("GET", "/nodes/{idOrName}", (request, name) -> show(name)),
        new Route("DELETE", "/nodes/{idOrName}", (request, name) -> remove(name)));
  }

  private HttpResponse list() {
    var json = new JsonWriter().beginObject().name("nodes").beginArray();
    for (var node : Commands.await(hub.nodes())) {
      write(json, node);
    }
    return HttpResponse.json(200, json.endArray().endObject().toString());
  }

  private HttpResponse show(String idOrName) {
    for (var node : Commands.await(hub.nodes())) {
      if (node.row().id().toString().equals(idOrName) || node.row().name().equals(idOrName)) {
        var json = new JsonWriter();
        write(json, node);
        return HttpResponse.json(200, json.toString());
      }
    }
    return Errors.of(Refusal.unknown("no node " + idOrName + " here; see: adit node list"));
  }

  /// Answers when relays and every other node on line were told (control R-REC-9).
  private HttpResponse remove(String idOrName) {
    return switch (Commands.await(hub.remove(idOrName))) {
      case Writer.Result.Failed(var refusal) -> Errors.of(refusal);
      case Writer.Result.Done(Removing.Outcome.Refused(var refusal)) -> Errors.of(refusal);
      case Writer.Result.Done(Removing.Outcome.Removed(NodeRow node)) -> {
        LogLine.info(LOG, "node_removed")
            .addKeyValue("node", node.name())
            .addKeyValue("id", node.id())
            .addKeyValue("network", node.network())
            .log("a node was removed");
        yield HttpResponse.empty(204);
      }
    };
  }

  private void write(JsonWriter json, Hub.NodeStatus node) {
    NodeRow row = node.row();
    json.beginObject()
        .member("id", row.id().toString())
        .member("network", row.network().toString())
        .member("name", row.name())
        .strings("addresses", row.addresses())
        .member("nodeKey", row.nodeKey().toBase64())
        .member("online", node.online())
        .member("relay", node.relay())
        .member("joinedAt", row.createdAt())
        .member("lastSeen", node.lastSeen())
        .endObject();
  }
}
