package dev.adit.systemtests.lab;

import dev.adit.cli.lab.Outcome;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What `adit node list -o json` says on the server.
final class ListedNodes {
  private ListedNodes() {}

  static List<JsonObject> of(World world) throws IOException {
    Outcome list = world.adit("srv", "node", "list", "-o", "json");
    try {
      return Json.parseObject(list.output()).objects("nodes", 1_000);
    } catch (MalformedException e) {
      throw new AssertionError(list.output(), e);
    }
  }

  /// Id, name and addresses of every node, sorted.
  static List<String> identities(World world) throws IOException {
    List<String> identities = new ArrayList<>();
    for (JsonObject node : of(world)) {
      try {
        identities.add(
            node.string("id") + " " + node.string("name") + " " + node.strings("addresses", 10));
      } catch (MalformedException e) {
        throw new AssertionError(e);
      }
    }
    identities.sort(null);
    return identities;
  }
}
