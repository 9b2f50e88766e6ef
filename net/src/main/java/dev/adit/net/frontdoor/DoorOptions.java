package dev.adit.net.frontdoor;

/// What an operator may change about a front door's connections.
///
/// @param accept how many new connections are taken
/// @param keepAliveSeconds how long a connection is quiet before TCP asks whether the peer is
///   there; default 10 minutes, because it would wake sleeping phones
/// @param userTimeoutMillis a peer that acknowledges nothing for so long is gone; with DERP's
///   keep-alive each minute this is what ends dead connections (derp §4.1); default 15 s; 0 leaves
///   it to the kernel
/// @param proxies whose word is taken for where a client is; default nobody's
public record DoorOptions(
    AcceptRate accept, int keepAliveSeconds, int userTimeoutMillis, Proxies proxies) {
  public static final int DEFAULT_KEEP_ALIVE_SECONDS = 600;
  public static final int DEFAULT_USER_TIMEOUT_MILLIS = 15_000;
  public static final DoorOptions DEFAULT =
      new DoorOptions(
          AcceptRate.UNLIMITED,
          DEFAULT_KEEP_ALIVE_SECONDS,
          DEFAULT_USER_TIMEOUT_MILLIS,
          Proxies.NONE);

  private static final int MOST_KEEP_ALIVE_SECONDS = 32_767; // the kernel's

  public DoorOptions {
    if (keepAliveSeconds < 1 || keepAliveSeconds > MOST_KEEP_ALIVE_SECONDS) {
      throw new IllegalArgumentException(
          "TCP keep-alive of " + keepAliveSeconds + " s, allowed 1 to 32767");
    }
    if (userTimeoutMillis < 0) {
      throw new IllegalArgumentException("TCP user timeout below 0");
    }
  }

  /// Nobody's word is taken.
  public DoorOptions(AcceptRate accept, int keepAliveSeconds, int userTimeoutMillis) {
    this(accept, keepAliveSeconds, userTimeoutMillis, Proxies.NONE);
  }

  public DoorOptions with(AcceptRate accept) {
    return new DoorOptions(accept, keepAliveSeconds, userTimeoutMillis, proxies);
  }

  public DoorOptions with(Proxies proxies) {
    return new DoorOptions(accept, keepAliveSeconds, userTimeoutMillis, proxies);
  }

  /// How many connections all clients together may make (derp §8.4).
  ///
  /// @param perSecond above 0; infinite for no limit
  /// @param burst how many at once, from 1
  public record AcceptRate(double perSecond, int burst) {
    public static final AcceptRate UNLIMITED =
        new AcceptRate(Double.POSITIVE_INFINITY, Integer.MAX_VALUE);

    public AcceptRate {
      if (!(perSecond > 0) || burst < 1) {
        throw new IllegalArgumentException(
            "accept rate of "
                + perSecond
                + " a second, "
                + burst
                + " at once: both must be above 0");
      }
    }
  }
}
