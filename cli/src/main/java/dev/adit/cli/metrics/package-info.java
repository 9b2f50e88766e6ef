/// Metrics: the page that monitoring reads, what every process tells of itself, and `adit metrics`.
///
/// - Lives here: the text format, by Prometheus' library. Elsewhere: what is counted (the
///   programs).
/// - Start with [PrometheusPage].
@NullMarked
package dev.adit.cli.metrics;

import org.jspecify.annotations.NullMarked;
