package dev.adit.core.broken;

/// Breaks a rule on purpose, for `ArchitectureTest`.
public final class Logs {
  private Logs() {}

  static void breaks() {
    org.slf4j.LoggerFactory.getLogger(Logs.class).info("x");
  }
}
