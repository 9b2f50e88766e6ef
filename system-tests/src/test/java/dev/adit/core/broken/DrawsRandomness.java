package dev.adit.core.broken;

/// Breaks a rule on purpose, for `ArchitectureTest`.
public final class DrawsRandomness {
  private DrawsRandomness() {}

  static double breaks() {
    return Math.random();
  }
}
