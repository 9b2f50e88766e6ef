package dev.adit.core.path;

import dev.adit.wire.probe.ProbeHeader;
import dev.adit.wire.probe.ProbeMessage.Ping;
import dev.adit.wire.probe.ProbeMessage.Pong;

/// UDP payload sizes of probes, and the padding that makes them (R-PROBE-7, relay-rung §10).
final class ProbeSizes {
  /// What every path that is used must carry.
  static final int FULL = TunnelMtu.payload(TunnelMtu.LEAST);

  /// The longest probe.
  static final int MOST = TunnelMtu.payload(TunnelMtu.MOST);

  /// As long as a PONG, so that none is longer than its PING.
  static final int SMALL = ProbeHeader.MIN_TOTAL_BYTES + Pong.BYTES;

  static final int SMALL_PING_PADDING = SMALL - ProbeHeader.MIN_TOTAL_BYTES - Ping.BYTES;
  static final int MOST_PONG_PADDING = MOST - SMALL;

  private ProbeSizes() {}

  /// Of a PING as long as WireGuard's packets are at this MTU.
  static int pingPadding(int mtu) {
    return TunnelMtu.payload(mtu) - ProbeHeader.MIN_TOTAL_BYTES - Ping.BYTES;
  }

  /// Of the PONG that answers it.
  static int pongPadding(int mtu) {
    return TunnelMtu.payload(mtu) - SMALL;
  }
}
