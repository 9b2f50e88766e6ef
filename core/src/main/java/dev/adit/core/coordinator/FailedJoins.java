package dev.adit.core.coordinator;

import dev.adit.wire.IpAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/// Limits answers to unknown join keys and wrong secrets: 10 per minute and address, an IPv6 /64
/// counts as one address (control R-JOIN-7). A valid secret never comes here.
///
/// Remembers at most [#MOST_ADDRESSES], the longest silent is forgotten. Not thread-safe.
public final class FailedJoins {
  static final int MOST_ADDRESSES = 10_000;
  private static final int PER_MINUTE = 10;
  private static final long MINUTE = 60_000_000_000L;

  /// For each address, when its budget is whole again.
  private final Map<IpAddress, Long> wholeAt =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<IpAddress, Long> eldest) {
          return size() > MOST_ADDRESSES;
        }
      };

  /// Counts one failure.
  ///
  /// @return 0 if it may be answered as what it is, else the seconds until the next one may
  public long failed(IpAddress from, long now) {
    IpAddress source = from.site();
    long cost = MINUTE / PER_MINUTE;
    long whole = Math.max(wholeAt.getOrDefault(source, 0L), now) + cost;
    long wait = whole - now - MINUTE;
    if (wait > 0) {
      return (wait + 999_999_999L) / 1_000_000_000L;
    }
    wholeAt.put(source, whole);
    return 0;
  }
}
