package dev.adit.core.broken;

/// Breaks a rule on purpose, for `ArchitectureTest`.
public final class KnowsNet {
  private KnowsNet() {}

  static long breaks(dev.adit.net.Clock clock) {
    return clock.nanos();
  }
}
