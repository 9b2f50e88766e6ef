package dev.adit.net.frontdoor;

import dev.adit.wire.IpAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Counts connections, in all and of unproven peers per address. Thread-safe.
final class ConnectionLimits {
  private final int most;
  private final int mostPerAddress;
  private final AtomicInteger all = new AtomicInteger();
  private final ConcurrentHashMap<IpAddress, Integer> unproven = new ConcurrentHashMap<>();

  ConnectionLimits(int most, int mostPerAddress) {
    this.most = most;
    this.mostPerAddress = mostPerAddress;
  }

  /// False if there are too many; then nothing is counted.
  boolean opened(IpAddress address) {
    if (all.incrementAndGet() > most) {
      all.decrementAndGet();
      return false;
    }
    int count = unproven.merge(address.site(), 1, Integer::sum);
    if (count > mostPerAddress) {
      proven(address);
      all.decrementAndGet();
      return false;
    }
    return true;
  }

  /// A connection no longer counts against its address.
  void proven(IpAddress address) {
    unproven.computeIfPresent(address.site(), (_, count) -> count == 1 ? null : count - 1);
  }

  void closed() {
    all.decrementAndGet();
  }
}
