package dev.adit.net.metrics;

import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;

/// Writes readings in the format that whoever asks for them can read.
@FunctionalInterface
public interface MetricsFormat {
  /// @param request only its `Accept` counts
  HttpResponse page(HttpRequest request, Readings readings);
}
