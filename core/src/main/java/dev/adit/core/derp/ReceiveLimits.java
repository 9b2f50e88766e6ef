package dev.adit.core.derp;

/// How much a relay reads (derp §8.4): what comes faster is not read for a while, so that TCP slows
/// its sender down; nothing is dropped. Mesh peers are exempt. Immutable.
///
/// @param perConnection for each connection; told to clients, so that they need not be slowed down
/// @param perKey for all connections of one key together
/// @param perAddress for all connections from one address together
/// @param total for all connections together
public record ReceiveLimits(Rate perConnection, Rate perKey, Rate perAddress, Rate total) {
  /// No limit at all: the default.
  public static final ReceiveLimits NONE =
      new ReceiveLimits(Rate.NONE, Rate.NONE, Rate.NONE, Rate.NONE);

  /// @param bytesPerSecond of payload; 0 for no limit
  /// @param burstBytes how much at once after a rest; raised to [#LEAST_BURST]
  public record Rate(long bytesPerSecond, long burstBytes) {
    /// With less, a client that keeps the rate could never send the largest packet (derp §9.3).
    public static final long LEAST_BURST = 65_573;

    public static final Rate NONE = new Rate(0, 0);

    public Rate {
      if (bytesPerSecond < 0 || burstBytes < 0) {
        throw new IllegalArgumentException(
            "DERP rate: " + bytesPerSecond + " bytes/s, burst " + burstBytes + "; less than 0");
      }
      burstBytes = bytesPerSecond == 0 ? 0 : Math.max(LEAST_BURST, burstBytes);
    }

    public boolean isNone() {
      return bytesPerSecond == 0;
    }
  }

  /// A limit for each connection alone, as the reference has it.
  public static ReceiveLimits perConnection(long bytesPerSecond, long burstBytes) {
    return new ReceiveLimits(new Rate(bytesPerSecond, burstBytes), Rate.NONE, Rate.NONE, Rate.NONE);
  }

  /// What one client may send at most, as it is told: the stricter of the two that are its own.
  Rate told() {
    return perConnection.isNone()
            || !perKey.isNone() && perKey.bytesPerSecond < perConnection.bytesPerSecond
        ? perKey
        : perConnection;
  }
}
