package dev.adit.core.path;

import static dev.adit.core.path.PathTimers.NEVER;

/// Whether what WireGuard sends to one peer by itself is answered at all (nat-traversal R-DP-8):
/// WireGuard answers any data within 10 s, if only with a keepalive. Pings may pass where data does
/// not.
final class DataCheck {
  /// Three keepalives, the smallest there is.
  private static final int FEW_BYTES = 3 * 32;

  private long received = -1;
  private long sent = -1;
  private long sentWhenHeard;
  private long askedAt = NEVER;

  /// The path is another one, or WireGuard.
  void restarted() {
    askedAt = NEVER;
    sentWhenHeard = Math.max(sent, 0);
  }

  boolean grew(WireGuardReading reading) {
    return received >= 0 && (reading.receivedBytes() != received || reading.sentBytes() != sent);
  }

  boolean heard(WireGuardReading reading) {
    return received >= 0 && reading.receivedBytes() != received;
  }

  void read(WireGuardReading reading, long now) {
    if (reading.receivedBytes() != received) {
      received = reading.receivedBytes();
      sentWhenHeard = reading.sentBytes();
      askedAt = NEVER;
    } else if (askedAt == NEVER && reading.sentBytes() > sentWhenHeard) {
      askedAt = now;
    }
    sent = reading.sentBytes();
  }

  boolean isLost(long now) {
    return askedAt != NEVER
        && sent - sentWhenHeard >= FEW_BYTES
        && now - askedAt >= PathTimers.DATA_ANSWERED;
  }
}
