package dev.adit.core.control;

import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.NodeRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Remembers which peers the coordinator added, changed and removed, so that its user can look over
/// its shoulder (control R-REC-7). Keeps the newest 256. Confined to one thread.
final class PeerChanges {
  private static final int MOST = 256;

  private final ArrayDeque<Change> changes = new ArrayDeque<>();
  private final Map<UUID, NodeRecord> known = new HashMap<>();
  private boolean quiet; // what comes first was there before

  /// @param what `added`, `removed`, or what changed: `key`, `name`, `addresses`
  private record Change(long at, UUID node, String name, String what) {}

  /// @param peers all that count now
  /// @param clock the coordinator's, seconds since 1970
  void now(List<NodeRecord> peers, long clock) {
    Map<UUID, NodeRecord> gone = new HashMap<>(known);
    for (NodeRecord peer : peers) {
      NodeRecord before = gone.remove(peer.node());
      known.put(peer.node(), peer);
      if (before == null) {
        add(peer, "added", clock);
      } else {
        compare(before, peer, clock);
      }
    }
    for (NodeRecord peer : gone.values()) {
      known.remove(peer.node());
      add(peer, "removed", clock);
    }
    quiet = false;
  }

  private void compare(NodeRecord before, NodeRecord peer, long clock) {
    List<String> what = new ArrayList<>();
    if (!before.key().equals(peer.key())) {
      what.add("key");
    }
    if (!before.name().equals(peer.name())) {
      what.add("name, was " + before.name());
    }
    if (!before.addresses().equals(peer.addresses())) {
      what.add("addresses");
    }
    if (!what.isEmpty()) {
      add(peer, String.join(", ", what), clock);
    }
  }

  private void add(NodeRecord peer, String what, long clock) {
    if (quiet) {
      return;
    }
    changes.add(new Change(clock, peer.node(), peer.name(), what));
    if (changes.size() > MOST) {
      changes.removeFirst();
    }
  }

  /// Takes back what [#json] wrote; the peers that [#now] is told of next are not new.
  ///
  /// @param stored holds it as `changes`; an older program's does not
  void restore(JsonObject stored) throws MalformedException {
    quiet = true;
    if (!stored.has("changes")) {
      return;
    }
    for (JsonObject change : stored.objects("changes", MOST)) {
      changes.add(
          new Change(
              change.integer("at", 0, Json.MAX_INTEGER),
              id(change.string("node")),
              change.string("name"),
              change.string("what")));
    }
  }

  private static UUID id(String text) throws MalformedException {
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw new MalformedException("stored map: a change of no node");
    }
  }

  /// An array of `{"at":seconds,"node":id,"name":…,"what":…}`, oldest first.
  String json() {
    var json = new JsonWriter().beginArray();
    for (Change change : changes) {
      json.beginObject()
          .member("at", change.at)
          .member("node", change.node.toString())
          .member("name", change.name)
          .member("what", change.what)
          .endObject();
    }
    return json.endArray().toString();
  }
}
