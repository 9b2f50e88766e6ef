package dev.adit.cli.server;

import dev.adit.cli.metrics.ProcessReadings;
import dev.adit.cli.metrics.PrometheusPage;
import dev.adit.net.http.HttpHandler;
import dev.adit.net.local.LocalLimits;
import dev.adit.net.local.LocalServer;
import dev.adit.net.local.MetricsServer;
import dev.adit.net.metrics.MetricsHandler;
import dev.adit.net.metrics.Readings;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The one page of metrics of a server process, on its local socket and, if wanted, on a TCP port.
final class ServerMetrics {
  private final MetricsHandler handler;
  private final List<Readings.Source> sources;
  private volatile List<Readings.Source> programs = List.of();
  private volatile @Nullable LocalServer socket;

  /// @param role `serve` or `relay`
  ServerMetrics(String role) {
    sources = List.of(this::readPrograms, this::readSocket, new ProcessReadings(role));
    handler = new MetricsHandler(sources, PrometheusPage::of);
  }

  /// @param all what is counted, in the order of the page; nothing until this is called
  void of(List<Readings.Source> all) {
    programs = List.copyOf(all);
  }

  /// All of it, as it is now.
  Readings readings() {
    return Readings.of(sources);
  }

  private void readPrograms(Readings into) {
    programs.forEach(program -> program.read(into));
  }

  private void readSocket(Readings into) {
    LocalServer now = socket;
    if (now != null) {
      now.read(into);
    }
  }

  /// Listens on a TCP port if the configuration says so.
  void listen(OpenedParts opened, ServerConfig config) throws IOException {
    Endpoint metrics = config.metrics();
    if (metrics != null) {
      MetricsServer _ = opened.add(MetricsServer.start(metrics, handler));
    }
  }

  /// Opens the local socket.
  ///
  /// @param other for everything but metrics; null for nothing else
  void socket(
      OpenedParts opened,
      Path file,
      Set<PosixFilePermission> mode,
      @Nullable HttpHandler other,
      LocalLimits limits)
      throws IOException {
    HttpHandler all = other == null ? handler : handler.before(other);
    socket = opened.add(LocalServer.start(file, mode, all, limits));
  }
}
