package dev.adit.coordinator.store;

import dev.adit.core.coordinator.ChangeRow;
import dev.adit.core.coordinator.NetworkRow;
import java.util.List;

/// One committed change of one network, for those who follow it. Immutable.
///
/// @param network as it is now
/// @param nodes those that changed; removed ones as tombstones
/// @param relays those that changed; removed ones too
public record Committed(
    NetworkRow network, ChangeRow change, List<StoredNode> nodes, List<StoredRelay> relays) {
  public Committed {
    nodes = List.copyOf(nodes);
    relays = List.copyOf(relays);
  }
}
