package dev.adit.relay;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.locks.LockSupport;

/// Asks the kernel now and then how far away each client is (derp §16.1), on a thread of its own;
/// the answers are counted, and nothing is kept of them.
final class RoundTripSamples implements AutoCloseable {
  private final Collection<DerpConnection> connections;
  private final RelayMetrics metrics;
  private final Duration pause;
  private final Thread thread = Thread.ofVirtual().name("round-trips").unstarted(this::run);
  private volatile boolean closed;

  private RoundTripSamples(
      Collection<DerpConnection> connections, RelayMetrics metrics, Duration pause) {
    this.connections = connections;
    this.metrics = metrics;
    this.pause = pause;
  }

  /// @param connections may change meanwhile
  static RoundTripSamples start(
      Collection<DerpConnection> connections, RelayMetrics metrics, Duration pause) {
    var samples = new RoundTripSamples(connections, metrics, pause);
    samples.thread.start();
    return samples;
  }

  private void run() {
    while (!closed) {
      LockSupport.parkNanos(pause.toNanos());
      for (DerpConnection connection : connections) {
        if (closed) {
          return;
        }
        if (connection.isProven()) {
          metrics.roundTrip(connection.roundTripMicros());
        }
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
