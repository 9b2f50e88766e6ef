package dev.adit.agent.broken;

/// Breaks a rule on purpose, for `ArchitectureTest`.
public final class HashesByItself {
  private HashesByItself() {}

  static Object breaks() throws java.security.NoSuchAlgorithmException {
    return java.security.MessageDigest.getInstance("SHA-256");
  }
}
