package dev.adit.core.broken;

/// Breaks a rule on purpose, for `ArchitectureTest`.
public final class Chicken {
  private Chicken() {}

  public static int breaks() {
    return dev.adit.core.brokentoo.Egg.number();
  }
}
