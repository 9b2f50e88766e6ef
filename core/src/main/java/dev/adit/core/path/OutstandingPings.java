package dev.adit.core.path;

import dev.adit.wire.probe.TransactionId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The pings of one peer that wait for an answer, oldest first; at most 256.
final class OutstandingPings {
  private static final int MAX = 256;

  /// A ping on its way.
  static final class Ping {
    final TransactionId id;
    final RemoteCandidate to;
    final long sentAt;
    final int mtu;
    final @Nullable PathMtu measuring;
    final long lostAt;
    boolean countedLost;

    /// @param mtu as long as WireGuard's packets at this MTU; 0 for a small one
    /// @param measuring who wants to know how large packets may be, or null
    /// @param counts its loss says something of the path; else only of its size
    Ping(
        TransactionId id,
        RemoteCandidate to,
        long sentAt,
        int mtu,
        @Nullable PathMtu measuring,
        boolean counts) {
      this.id = id;
      this.to = to;
      this.sentAt = sentAt;
      this.mtu = mtu;
      this.measuring = measuring;
      this.countedLost = !counts;
      this.lostAt = sentAt + to.lostAfter();
    }

    boolean isFullSize() {
      return mtu >= TunnelMtu.LEAST;
    }
  }

  private final List<Ping> pings = new ArrayList<>();

  void add(Ping ping) {
    if (pings.size() == MAX) {
      pings.removeFirst();
    }
    pings.add(ping);
  }

  /// Removes and returns the ping with this id; null if there is none, for example because this is
  /// the second answer.
  @Nullable Ping take(TransactionId id) {
    for (int i = pings.size() - 1; i >= 0; i--) {
      if (pings.get(i).id.equals(id)) {
        return pings.remove(i);
      }
    }
    return null;
  }

  /// The next ping that became lost by now, once each; a later answer still tells its round trip.
  @Nullable Ping nextLost(long now) {
    while (!pings.isEmpty() && now - pings.getFirst().sentAt >= PathTimers.LOST_MAX) {
      Ping oldest = pings.removeFirst();
      if (!oldest.countedLost) {
        return oldest;
      }
    }
    for (Ping ping : pings) {
      if (!ping.countedLost && now >= ping.lostAt) {
        ping.countedLost = true;
        return ping;
      }
    }
    return null;
  }

  long wakeAt() {
    long wake = PathTimers.NEVER;
    for (Ping ping : pings) {
      wake = Math.min(wake, ping.countedLost ? PathTimers.NEVER : ping.lostAt);
    }
    return wake;
  }

  void clear() {
    pings.clear();
  }
}
