package dev.adit.core.broken;

/// Breaks a rule on purpose, for `ArchitectureTest`.
public final class ReadsAFile {
  private ReadsAFile() {}

  static boolean breaks() {
    return new java.io.File("x").exists();
  }
}
