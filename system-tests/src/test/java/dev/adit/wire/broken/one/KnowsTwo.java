package dev.adit.wire.broken.one;

/// Breaks a rule on purpose, for `ArchitectureTest`.
public final class KnowsTwo {
  private KnowsTwo() {}

  static int breaks() {
    return dev.adit.wire.brokentoo.Two.number();
  }
}
