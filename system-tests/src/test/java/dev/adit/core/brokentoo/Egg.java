package dev.adit.core.brokentoo;

/// Breaks a rule on purpose, for `ArchitectureTest`.
public final class Egg {
  private Egg() {}

  public static int number() {
    return 3;
  }

  static int breaks() {
    return dev.adit.core.broken.Chicken.breaks();
  }
}
