package dev.adit.relay.managed;

import dev.adit.core.derp.DerpCounter;
import dev.adit.relay.Relay;
import dev.adit.wire.control.ControlMessage.RelayReport;

/// What a relay tells its coordinator of its load (relay-rung §7.1). Confined to the stream's
/// thread.
final class LoadReport {
  static final String OK = "ok";
  static final String DRAINING = "draining";
  static final String OVERLOADED = "overloaded";

  private static final long SECOND = 1_000_000_000L;

  private long bytes = -1; // as of the last report; -1 before the first
  private long at;

  RelayReport of(Relay relay, long now) {
    String health = relay.isDraining() ? DRAINING : relay.router().isOverloaded() ? OVERLOADED : OK;
    return next(
        relay.metrics().value(DerpCounter.CLIENTS_LOCAL),
        relay.metrics().value(DerpCounter.BYTES_SENT),
        health,
        now);
  }

  /// @param sent bytes of packets that clients were sent since the start
  RelayReport next(long clients, long sent, String health, long now) {
    long perSecond = bytes < 0 || now <= at ? 0 : Math.max(0, sent - bytes) * SECOND / (now - at);
    bytes = sent;
    at = now;
    return new RelayReport((int) clients, 0, 0, perSecond, health);
  }
}
