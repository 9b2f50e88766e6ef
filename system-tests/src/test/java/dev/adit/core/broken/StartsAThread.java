package dev.adit.core.broken;

/// Breaks a rule on purpose, for `ArchitectureTest`.
public final class StartsAThread {
  private StartsAThread() {}

  static void breaks() {
    Thread.ofPlatform().start(() -> {});
  }
}
