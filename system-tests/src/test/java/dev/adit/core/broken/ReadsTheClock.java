package dev.adit.core.broken;

/// Breaks a rule on purpose, for `ArchitectureTest`.
public final class ReadsTheClock {
  private ReadsTheClock() {}

  static long breaks() {
    return System.nanoTime();
  }
}
