package dev.adit.core.control;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Whose presence an agent wants to hear of (control R-PRES-2 to R-PRES-4): of all nodes in a small
/// network, in a large one of those that were looked for last. Confined to one thread.
final class Watching {
  /// Up to this many nodes, all of them are watched.
  static final int ALL = 256;

  private Set<UUID> told = Set.of();
  private final LinkedHashSet<UUID> located = new LinkedHashSet<>();

  /// The coordinator knows of no wish any more.
  void streamOpened() {
    told = Set.of();
  }

  void locate(UUID node) {
    located.remove(node);
    located.add(node);
    if (located.size() > ALL) {
      located.removeFirst();
    }
  }

  /// @param nodes of the network
  /// @param again to be told even if it is the same
  /// @return what to tell the coordinator; null for nothing
  @Nullable Set<UUID> wanted(Set<UUID> nodes, UUID self, boolean again) {
    located.retainAll(nodes);
    Set<UUID> wanted = new LinkedHashSet<>(nodes.size() <= ALL ? nodes : located);
    wanted.remove(self);
    if (!again && wanted.equals(told)) {
      return null;
    }
    told = wanted;
    return wanted;
  }
}
