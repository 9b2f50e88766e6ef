package dev.adit.cli.server;

import dev.adit.cli.Failure;
import dev.adit.cli.Times;
import dev.adit.net.frontdoor.DoorOptions;
import dev.adit.net.frontdoor.DoorOptions.AcceptRate;
import dev.adit.relay.Relay;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How a server treats TCP connections (a picocli mixin).
final class TcpOptions {
  private static final long MILLIS = 1000;

  @Option(
      names = "--accept-limit",
      paramLabel = "NUMBER",
      description = {
        "How many TCP connections a second are taken, of all clients together; more are closed at once"
            + " (default: as many as come).",
        "A fraction is allowed: 0.5."
      })
  @Nullable Double acceptLimit;

  @Option(
      names = "--accept-burst",
      paramLabel = "NUMBER",
      defaultValue = "1000",
      description = "With --accept-limit: how many at once (default: ${DEFAULT-VALUE}).")
  int acceptBurst = 1000;

  @Option(
      names = "--tcp-keep-alive",
      paramLabel = "TIME",
      defaultValue = "10m",
      description = {
        "How long a connection is quiet before TCP asks whether the peer is there (default:"
            + " ${DEFAULT-VALUE}).",
        "Rare, because it wakes sleeping phones; DERP has keep-alives of its own."
      })
  String keepAlive = "10m";

  @Option(
      names = "--tcp-user-timeout",
      paramLabel = "TIME",
      defaultValue = "15s",
      description =
          "A peer that acknowledges nothing for so long is gone; 0 leaves it to the kernel (default:"
              + " ${DEFAULT-VALUE}).")
  String userTimeout = "15s";

  @Option(
      names = "--no-rtt",
      description = {
        "Do not ask the kernel every ten seconds how far away each client of the relay is, for the"
            + " metrics."
      })
  boolean noRoundTrips;

  /// Begins to count how far away the clients of `relay` are, unless that is not wanted.
  void measure(OpenedParts opened, Relay relay) {
    if (!noRoundTrips) {
      AutoCloseable _ = opened.add(relay.measureRoundTrips());
    }
  }

  /// As the front door wants it.
  ///
  /// @throws Failure naming what is wrong
  DoorOptions door() {
    try {
      AcceptRate rate =
          acceptLimit == null ? AcceptRate.UNLIMITED : new AcceptRate(acceptLimit, acceptBurst);
      long timeout = userTimeout.equals("0") ? 0 : Times.seconds(userTimeout);
      return new DoorOptions(
          rate,
          (int) Math.min(Integer.MAX_VALUE, Times.seconds(keepAlive)),
          (int) Math.min(Integer.MAX_VALUE, timeout * MILLIS));
    } catch (IllegalArgumentException e) {
      throw Failure.usage(String.valueOf(e.getMessage()));
    }
  }
}
