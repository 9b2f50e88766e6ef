package dev.adit.core.path;

/// How many bytes an IP packet inside the tunnel may have (relay-rung §10): the interface takes
/// [#MOST], the route to each peer what its path was proven to carry.
public final class TunnelMtu {
  /// What every path that is used carries, and every route says at first and on a relay: the least
  /// that IPv6 allows (RR-58).
  public static final int LEAST = 1280;

  /// The interface's. With WireGuard's 32 bytes, UDP's 8 and IPv6's 40 it makes 1,500.
  public static final int MOST = 1420;

  /// WireGuard pads what it seals to a multiple of so many bytes, but not beyond the interface's
  /// MTU.
  private static final int PADDED_TO = 16;

  /// Header and tag of a WireGuard data packet.
  private static final int WIREGUARD = 32;

  /// What is tried, ascending (RR-59).
  private static final int[] STEPS = {LEAST, 1380, MOST};

  private TunnelMtu() {}

  /// The UDP payload of the largest packets that WireGuard makes at this MTU: 1,312, 1,424, 1,452.
  static int payload(int mtu) {
    int padded = (mtu + PADDED_TO - 1) / PADDED_TO * PADDED_TO;
    return Math.min(padded, MOST) + WIREGUARD;
  }

  /// The next smaller step; [#LEAST] below that.
  static int below(int mtu) {
    for (int i = STEPS.length - 1; i >= 0; i--) {
      if (STEPS[i] < mtu) {
        return STEPS[i];
      }
    }
    return LEAST;
  }

  /// All steps, ascending.
  public static int[] steps() {
    return STEPS.clone();
  }
}
