package dev.adit.core.derp;

/// Whether one client calls this relay its home (derp §6.5). Confined to the client's thread.
final class HomeFlag {
  /// What a client says at first is no move.
  private static final long SETTLED_AFTER = 5_000_000_000L;

  private final DerpCounts counts;
  private final long connectedAt;
  private boolean isHome;

  HomeFlag(DerpCounts counts, long connectedAt) {
    this.counts = counts;
    this.connectedAt = connectedAt;
  }

  boolean isHome() {
    return isHome;
  }

  /// The client says so, perhaps again.
  void noted(boolean home, long now) {
    if (home != isHome) {
      isHome = home;
      counts.add(DerpCounter.HOME_CONNECTIONS, home ? 1 : -1);
      if (now - connectedAt > SETTLED_AFTER) {
        counts.add(home ? DerpCounter.HOME_MOVES_IN : DerpCounter.HOME_MOVES_OUT, 1);
      }
    }
  }

  /// The client has left, which is no move either.
  void left() {
    if (isHome) {
      isHome = false;
      counts.add(DerpCounter.HOME_CONNECTIONS, -1);
    }
  }
}
