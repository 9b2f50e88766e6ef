package dev.adit.core.path;

import dev.adit.wire.IpAddress;

/// What a proven direct path costs, in milliseconds (nat-traversal §3.6).
final class PathCost {
  private PathCost() {}

  static double of(RemoteCandidate candidate, LocalSide local) {
    return candidate.srtt / (double) PathTimers.MILLISECOND
        + constant(candidate, local)
        + 2.0 * Math.min(candidate.lossPercent(), 20);
  }

  private static double constant(RemoteCandidate candidate, LocalSide local) {
    IpAddress address = candidate.endpoint.address();
    if (local.isOnLink(address)) {
      return 0;
    }
    if (local.isHairpinned(address)) {
      return 4;
    }
    if (address.isV6()) {
      return 0.5;
    }
    return switch (candidate.kind) {
      case HOST, STATIC, CLOUD -> 1;
      case SRFLX, PRFLX, GUESS, PREDICT -> 1.5;
      case PORTMAP -> 3;
      case RELAY -> throw new IllegalStateException("a UDP relay is no direct candidate");
    };
  }

  /// The hysteresis of later decisions.
  static boolean isClearlyBetter(double candidate, double selected) {
    return candidate < 0.85 * selected - 1;
  }
}
