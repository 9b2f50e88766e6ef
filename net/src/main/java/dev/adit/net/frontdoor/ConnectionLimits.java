package dev.adit.net.frontdoor;

import dev.adit.wire.IpAddress;
import java.util.Arrays;
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
    int count = unproven.merge(site(address), 1, Integer::sum);
    if (count > mostPerAddress) {
      proven(address);
      all.decrementAndGet();
      return false;
    }
    return true;
  }

  /// A connection no longer counts against its address.
  void proven(IpAddress address) {
    unproven.computeIfPresent(site(address), (_, count) -> count == 1 ? null : count - 1);
  }

  void closed() {
    all.decrementAndGet();
  }

  /// Whoever has one IPv6 address has a /64 of them.
  private static IpAddress site(IpAddress address) {
    if (address.isV4()) {
      return address;
    }
    byte[] prefix = Arrays.copyOf(address.bytes(), 8);
    return IpAddress.of(Arrays.copyOf(prefix, 16));
  }
}
