package dev.adit.cli.node;

import dev.adit.cli.metrics.ProcessReadings;
import dev.adit.cli.metrics.PrometheusPage;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.metrics.Readings;

/// The agent's page of metrics, with what every process tells. Loaded when somebody asks for it:
/// nothing of it is needed before the node is usable.
final class AgentPage {
  private AgentPage() {}

  /// A [dev.adit.net.metrics.MetricsFormat].
  static HttpResponse of(HttpRequest request, Readings readings) {
    new ProcessReadings("agent").read(readings);
    return PrometheusPage.of(request, readings);
  }
}
