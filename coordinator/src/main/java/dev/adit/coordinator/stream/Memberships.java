package dev.adit.coordinator.stream;

import dev.adit.core.coordinator.NodeRow;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.control.ControlMessage.Membership;
import dev.adit.wire.control.NodeState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Which machine is which node. Confined to the hub thread.
///
/// Removed nodes are remembered as long as their tombstones, so that an agent that was off line
/// hears that it was removed (control R-DB-10).
final class Memberships {
  private final Map<PublicKey, Map<UUID, NodeRow>> newest = new HashMap<>();

  /// The node's row is now so; a tombstone does not hide a live node.
  void put(NodeRow node) {
    var ofMachine = newest.computeIfAbsent(node.machineKey(), key -> new HashMap<>());
    NodeRow held = ofMachine.get(node.network());
    if (node.isLive() || held == null || held.id().equals(node.id()) || !held.isLive()) {
      ofMachine.put(node.network(), node);
    }
  }

  Collection<NodeRow> live(PublicKey machine) {
    return newest.getOrDefault(machine, Map.of()).values().stream()
        .filter(NodeRow::isLive)
        .toList();
  }

  List<Membership> of(PublicKey machine) {
    var memberships = new ArrayList<Membership>();
    for (NodeRow node : newest.getOrDefault(machine, Map.of()).values()) {
      NodeState state = node.isLive() ? NodeState.ACTIVE : NodeState.REMOVED;
      memberships.add(new Membership(node.network(), node.id(), state));
    }
    return memberships;
  }
}
