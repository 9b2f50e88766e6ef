package dev.adit.core.path;

/// When a peer and we last had something to tell each other: it decides whether paths are looked
/// for, and how often the one in use is asked (nat-traversal §3.5, relay-rung RR-4).
final class Activity {
  private long lastPayload = PathTimers.LONG_AGO;
  private long wokenUntil = PathTimers.LONG_AGO;

  /// Payload passed, in either direction.
  void payload(long now) {
    lastPayload = now;
  }

  /// The peer's CALL, without payload.
  void woken(long now) {
    wokenUntil = now + PathTimers.WOKEN;
  }

  /// Its loss would be felt now.
  boolean payloadFlows(long now) {
    return now - lastPayload < PathTimers.FLOWS_FOR;
  }

  boolean hasPayload(long now) {
    return now - lastPayload < PathTimers.IDLE;
  }

  /// When the path is parked.
  long until() {
    return Math.max(lastPayload + PathTimers.IDLE, wokenUntil);
  }
}
