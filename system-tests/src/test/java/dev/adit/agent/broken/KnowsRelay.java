package dev.adit.agent.broken;

/// Breaks a rule on purpose, for `ArchitectureTest`.
public final class KnowsRelay {
  private KnowsRelay() {}

  static int breaks() {
    return dev.adit.relay.broken.Other.number();
  }
}
