package dev.adit.net.broken;

/// Breaks a rule on purpose, for `ArchitectureTest`.
public final class KnowsCore {
  private KnowsCore() {}

  static boolean breaks(dev.adit.core.admission.Admission a, dev.adit.crypto.PublicKey k) {
    return a.admits(k);
  }
}
