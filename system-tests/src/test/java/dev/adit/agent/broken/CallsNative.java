package dev.adit.agent.broken;

/// Breaks a rule on purpose, for `ArchitectureTest`.
public final class CallsNative {
  private CallsNative() {}

  static Object breaks() {
    return java.lang.foreign.Linker.nativeLinker();
  }
}
