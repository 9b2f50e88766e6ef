package dev.adit.agent.broken;

/// Breaks a rule on purpose, for `ArchitectureTest`.
public final class HoldsABuffer {
  private HoldsABuffer() {}

  static Object breaks() {
    return java.nio.ByteBuffer.allocate(1);
  }
}
