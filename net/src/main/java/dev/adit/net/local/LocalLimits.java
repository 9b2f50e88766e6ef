package dev.adit.net.local;

import java.time.Duration;

/// Limits of a local socket (control R-ADM-3).
///
/// @param maxBody largest request body in bytes; longer: 413
/// @param maxConnections connections open at once; one more gets 503
/// @param readTimeout how long a request may take to arrive, an answer to be taken, and an idle
///   connection to stay
public record LocalLimits(int maxBody, int maxConnections, Duration readTimeout) {
  public LocalLimits {
    if (maxBody < 0 || maxConnections < 1 || !readTimeout.isPositive()) {
      throw new IllegalArgumentException("limits of a local socket must be positive");
    }
  }

  /// The agent's socket: bodies up to 64 KiB.
  public static LocalLimits agent() {
    return new LocalLimits(64 * 1024, 64, Duration.ofSeconds(10));
  }

  /// The port for monitoring: no bodies.
  public static LocalLimits metrics() {
    return new LocalLimits(0, 16, Duration.ofSeconds(10));
  }

  /// The coordinator's socket: bodies up to 1 MiB.
  public static LocalLimits coordinator() {
    return new LocalLimits(1024 * 1024, 64, Duration.ofSeconds(10));
  }
}
