package dev.adit.core.path;

import static java.util.Objects.requireNonNull;

import java.util.EnumMap;
import java.util.Map;

/// How often something was dropped, by reason. Counting allocates nothing: whoever sends us rubbish
/// decides how often it happens. Confined to the thread of its [PathNode].
final class DropCounts {
  private static final class Count {
    private long value;
  }

  private final Map<DropReason, Count> counts = new EnumMap<>(DropReason.class);

  DropCounts() {
    for (DropReason reason : DropReason.values()) {
      counts.put(reason, new Count());
    }
  }

  void count(DropReason reason) {
    requireNonNull(counts.get(reason)).value++;
  }

  Map<DropReason, Long> all() {
    Map<DropReason, Long> all = new EnumMap<>(DropReason.class);
    counts.forEach((reason, count) -> all.put(reason, count.value));
    return all;
  }
}
