package dev.adit.systemtests.interop;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// Which [ChaosPacket]s went from one relay of a region to another, and how often. Thread-safe.
final class Hops {
  private final Map<Long, Integer> seen = new ConcurrentHashMap<>();
  private final LongAdder forwards = new LongAdder();

  /// A relay has sent this packet to another one.
  void forwarded(long id) {
    forwards.increment();
    seen.merge(id, 1, Integer::sum);
  }

  /// Forwards in all.
  long forwards() {
    return forwards.sum();
  }

  /// Packets that took more hops than the one they may.
  long tooMany() {
    return seen.entrySet().stream()
        .filter(packet -> packet.getValue() > (ChaosPacket.hadItsHop(packet.getKey()) ? 0 : 1))
        .count();
  }
}
