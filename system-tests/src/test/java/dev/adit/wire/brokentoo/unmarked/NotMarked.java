package dev.adit.wire.brokentoo.unmarked;

/// Breaks a rule on purpose, for `ArchitectureTest`.
public final class NotMarked {
  private NotMarked() {}

  static int breaks() {
    return 4;
  }
}
