package dev.adit.relay.broken;

/// Breaks a rule on purpose, for `ArchitectureTest`.
public final class Other {
  private Other() {}

  public static int number() {
    return 1;
  }
}
