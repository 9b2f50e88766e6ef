package dev.adit.wire.broken;

/// Breaks a rule on purpose, for `ArchitectureTest`.
public final class KnowsCore {
  private KnowsCore() {}

  static Class<?> breaks() {
    return dev.adit.core.admission.Admission.class;
  }
}
