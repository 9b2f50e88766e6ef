package dev.adit.core.control;

import dev.adit.wire.control.NodeRecord;
import dev.adit.wire.control.RelayRecord;

/// For how long what a map says counts (control R-REC-6, R-AG-2). Immutable.
///
/// @param offlineMaxAge seconds for which a map counts without the coordinator; 0: without end
record MapAge(long offlineMaxAge) {
  boolean isTooOld(HeldMap map, boolean connected, long clock) {
    return !connected && offlineMaxAge > 0 && clock > map.time() + offlineMaxAge;
  }

  /// When something will count no more that counts now; `Long.MAX_VALUE` if never.
  long nextExpiry(HeldMap map, boolean connected, long clock) {
    long next = SessionTimes.NEVER;
    if (!connected && offlineMaxAge > 0 && !isTooOld(map, false, clock)) {
      next = map.time() + offlineMaxAge + 1;
    }
    for (NodeRecord node : map.nodes.records()) {
      next = Math.min(next, expiry(node.notAfter(), clock));
    }
    for (RelayRecord relay : map.relays.records()) {
      next = Math.min(next, expiry(relay.notAfter(), clock));
    }
    return next;
  }

  private static long expiry(long notAfter, long clock) {
    boolean ahead = notAfter != 0 && !PeerChoice.isExpired(notAfter, clock);
    return ahead ? notAfter + PeerChoice.CLOCK_TOLERANCE + 1 : SessionTimes.NEVER;
  }
}
