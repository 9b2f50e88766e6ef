package dev.adit.crypto.broken;

/// Breaks a rule on purpose, for `ArchitectureTest`.
public final class KnowsWire {
  private KnowsWire() {}

  static Object breaks() {
    return dev.adit.wire.IpAddress.literal("192.0.2.1");
  }
}
