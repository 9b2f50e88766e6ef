package dev.adit.core.path;

import dev.adit.wire.probe.ProbeHeader;
import dev.adit.wire.probe.ProbeMessage.Ping;
import dev.adit.wire.probe.ProbeMessage.Pong;

/// UDP payload sizes of probes, and the padding that makes them (R-PROBE-7, relay-rung RR-58).
final class ProbeSizes {
  /// A tunnel packet of MTU 1280 and WireGuard's 32 bytes.
  static final int FULL = 1280 + 32;

  /// As long as a PONG, so that none is longer than its PING.
  static final int SMALL = ProbeHeader.MIN_TOTAL_BYTES + Pong.BYTES;

  static final int FULL_PING_PADDING = FULL - ProbeHeader.MIN_TOTAL_BYTES - Ping.BYTES;
  static final int SMALL_PING_PADDING = SMALL - ProbeHeader.MIN_TOTAL_BYTES - Ping.BYTES;
  static final int FULL_PONG_PADDING = FULL - SMALL;

  private ProbeSizes() {}
}
