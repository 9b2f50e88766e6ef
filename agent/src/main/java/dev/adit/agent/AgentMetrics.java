package dev.adit.agent;

import dev.adit.net.http.HttpHandler;
import dev.adit.net.local.LocalServer;
import dev.adit.net.local.MetricsServer;
import dev.adit.net.metrics.MetricsFormat;
import dev.adit.net.metrics.MetricsHandler;
import dev.adit.net.metrics.Readings;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The agent's page of metrics: on its local socket, and on a TCP port if one is wanted.
/// Thread-safe.
final class AgentMetrics implements AutoCloseable {
  private final MetricsHandler handler;
  private volatile @Nullable LocalServer socket;
  private volatile @Nullable MetricsServer port;

  AgentMetrics(Readings.Source agent, MetricsFormat format) {
    handler = new MetricsHandler(List.of(agent, this::readSocket), format);
  }

  /// The page for its path, `other` for all others.
  HttpHandler before(HttpHandler other) {
    return handler.before(other);
  }

  /// @param listening counted from now on
  void socket(LocalServer listening) {
    socket = listening;
  }

  private void readSocket(Readings into) {
    LocalServer now = socket;
    if (now != null) {
      now.read(into);
    }
  }

  /// @param listen null for none
  void listen(@Nullable Endpoint listen) throws IOException {
    if (listen != null) {
      port = MetricsServer.start(listen, handler);
    }
  }

  @Override
  public void close() {
    MetricsServer now = port;
    if (now != null) {
      try {
        now.close();
      } catch (IOException e) {
        // It ends with the process.
      }
    }
  }
}
