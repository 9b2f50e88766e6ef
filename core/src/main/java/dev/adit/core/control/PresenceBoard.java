package dev.adit.core.control;

import dev.adit.wire.control.ControlMessage.NodePresence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Where the nodes of a network were last said to be: hints, unsigned, the newest by (stream,
/// counter) wins (control R-PRES-1). Confined to one thread.
final class PresenceBoard {
  private final TreeMap<UUID, NodePresence> board = new TreeMap<>();

  // The last (stream, counter) heard on the present stream; forgotten with it, because a restored
  // coordinator may count from a lower number.
  private final Map<UUID, NodePresence> newest = new HashMap<>();

  void streamOpened() {
    newest.clear();
  }

  /// Takes one entry in; the brief form of maps keeps the details known before.
  ///
  /// @return what is known now, or null if nothing changed
  @Nullable NodePresence heard(NodePresence said) {
    NodePresence last = newest.get(said.node());
    NodePresence known = board.get(said.node());
    NodePresence now = said;
    if (said.stream() == 0) {
      if (last != null) {
        return null; // details came on this stream before, and are newer
      }
      if (known != null) {
        now =
            new NodePresence(
                said.node(),
                known.stream(),
                known.counter(),
                said.online(),
                said.relay(),
                known.probeKey(),
                known.seen(),
                known.candidates());
      }
    } else {
      if (last != null && isOlder(said, last)) {
        return null;
      }
      newest.put(said.node(), said);
    }
    board.put(said.node(), now);
    return now.equals(known) ? null : now;
  }

  private static boolean isOlder(NodePresence said, NodePresence last) {
    return said.stream() < last.stream()
        || said.stream() == last.stream() && said.counter() < last.counter();
  }

  void retain(Set<UUID> nodes) {
    board.keySet().retainAll(nodes);
    newest.keySet().retainAll(nodes);
  }

  /// The brief form of all, for storing.
  List<NodePresence> brief() {
    List<NodePresence> entries = new ArrayList<>(board.size());
    for (NodePresence each : board.values()) {
      entries.add(NodePresence.brief(each.node(), each.online(), each.relay()));
    }
    return entries;
  }
}
