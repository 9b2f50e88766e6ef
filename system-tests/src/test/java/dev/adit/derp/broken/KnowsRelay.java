package dev.adit.derp.broken;

/// Breaks a rule on purpose, for `ArchitectureTest`.
public final class KnowsRelay {
  private KnowsRelay() {}

  static boolean breaks(dev.adit.relay.Relay relay) {
    return relay.stunEndpoints().isEmpty();
  }
}
