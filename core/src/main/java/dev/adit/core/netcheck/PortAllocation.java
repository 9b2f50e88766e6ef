package dev.adit.core.netcheck;

import dev.adit.wire.probe.NatAllocation;
import java.util.List;

/// How a hard NAT chooses the ports of one local port's mappings (nat-traversal §1.5).
///
/// @param step between ports that follow each other; 0 unless sequential
record PortAllocation(NatAllocation pattern, int step) {
  private static final PortAllocation UNKNOWN = new PortAllocation(NatAllocation.UNKNOWN, 0);
  private static final int MIN_SAMPLES = 4;
  private static final int MAX_STEP = 16;

  /// @param mapped ports in the order in which they were asked for
  static PortAllocation of(List<Integer> mapped, int localPort) {
    if (mapped.size() < MIN_SAMPLES || mapped.stream().distinct().count() < MIN_SAMPLES) {
      return UNKNOWN;
    }
    int step = mapped.get(1) - mapped.get(0);
    boolean even = Math.abs(step) <= MAX_STEP;
    for (int i = 1; i < mapped.size(); i++) {
      even &= mapped.get(i) - mapped.get(i - 1) == step;
    }
    if (even) {
      return new PortAllocation(NatAllocation.SEQUENTIAL, step);
    }
    return new PortAllocation(
        mapped.contains(localPort) ? NatAllocation.PRESERVING : NatAllocation.RANDOM, 0);
  }
}
