package dev.adit.wire.brokentoo;

/// Breaks a rule on purpose, for `ArchitectureTest`.
public final class Two {
  private Two() {}

  public static int number() {
    return 2;
  }
}
