package dev.adit.net.frontdoor;

import dev.adit.wire.IpAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Holds the limits of connections, in all and of unproven peers per address. Thread-safe.
final class ConnectionLimits {
  private final int most;
  private final int mostPerAddress;
  private final DoorCounters counters;
  private final AtomicInteger all = new AtomicInteger();
  private final ConcurrentHashMap<IpAddress, Integer> unproven = new ConcurrentHashMap<>();

  ConnectionLimits(int most, int mostPerAddress, DoorCounters counters) {
    this.most = most;
    this.mostPerAddress = mostPerAddress;
    this.counters = counters;
  }

  /// False if there are too many; then it does not count against the limits.
  boolean opened(IpAddress address) {
    counters.accepted.increment();
    if (all.incrementAndGet() > most) {
      all.decrementAndGet();
      counters.refused.count(DoorCounters.Refusal.TOO_MANY);
      return false;
    }
    int count = unproven.merge(address.site(), 1, Integer::sum);
    if (count > mostPerAddress) {
      proven(address);
      all.decrementAndGet();
      counters.refused.count(DoorCounters.Refusal.TOO_MANY_OF_ADDRESS);
      return false;
    }
    return true;
  }

  /// A connection no longer counts against its address.
  void proven(IpAddress address) {
    unproven.computeIfPresent(address.site(), (_, count) -> count == 1 ? null : count - 1);
  }

  int open() {
    return all.get();
  }

  void closed() {
    all.decrementAndGet();
  }
}
