package dev.adit.net.frontdoor;

import dev.adit.net.frontdoor.DoorOptions.AcceptRate;
import java.util.concurrent.atomic.AtomicLong;

/// Counts new connections of all clients together against the operator's limit (derp §8.4). Those
/// beyond it are closed at once, and the door goes on. Thread-safe.
final class AcceptLimiter {
  private static final double NANOS = 1e9;
  private static final long LONGEST_NANOS = 3_600_000_000_000L;
  private static final int MOST_AT_ONCE = 1_000_000; // so that no product overflows

  private final boolean unlimited;
  private final long nanosPerConnection;
  private final long burstNanos;
  private final AtomicLong fullAt = new AtomicLong(); // when the whole burst is there again

  AcceptLimiter(AcceptRate rate) {
    double each = NANOS / rate.perSecond();
    unlimited = each < 1;
    nanosPerConnection = Math.min((long) each, LONGEST_NANOS);
    burstNanos = Math.multiplyExact(nanosPerConnection, Math.min(rate.burst(), MOST_AT_ONCE));
  }

  /// @param now nanoseconds since the process started
  boolean accepts(long now) {
    if (unlimited) {
      return true;
    }
    while (true) {
      long before = fullAt.get();
      long after = Math.max(before, now) + nanosPerConnection;
      if (after - now > burstNanos) {
        return false;
      }
      if (fullAt.compareAndSet(before, after)) {
        return true;
      }
    }
  }
}
