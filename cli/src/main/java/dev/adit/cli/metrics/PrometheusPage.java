package dev.adit.cli.metrics;

import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.metrics.Metric;
import dev.adit.net.metrics.Readings;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Readings as Prometheus' text format, or as OpenMetrics for those who accept that.
///
/// The library is loaded by the first request, not before: an agent starts without it.
public final class PrometheusPage {
  private static final String TOTAL = "_total";

  private PrometheusPage() {}

  /// A [dev.adit.net.metrics.MetricsFormat].
  public static HttpResponse of(HttpRequest request, Readings readings) {
    List<MetricSnapshot> snapshots = new ArrayList<>();
    for (Metric metric : readings.metrics()) {
      snapshots.add(
          switch (metric.kind()) {
            case COUNTER -> counter(metric);
            case GAUGE -> gauge(metric);
            case HISTOGRAM -> histogram(metric);
          });
    }
    ExpositionFormatWriter writer = writer(request);
    var page = new ByteArrayOutputStream(16 * 1024);
    try {
      writer.write(page, new MetricSnapshots(snapshots));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // into memory
    }
    return new HttpResponse(
        200,
        Map.of(
            "Content-Type", writer.getContentType(),
            "Cache-Control", "no-store",
            "X-Content-Type-Options", "nosniff"),
        page.toByteArray());
  }

  private static ExpositionFormatWriter writer(HttpRequest request) {
    String accepted = request.header("accept");
    ExpositionFormatWriter open = OpenMetricsTextFormatWriter.create();
    return accepted != null && open.accepts(accepted) ? open : PrometheusTextFormatWriter.create();
  }

  /// The library adds `_total` by itself.
  private static MetricSnapshot counter(Metric metric) {
    String name = metric.name().substring(0, metric.name().length() - TOTAL.length());
    var builder = CounterSnapshot.builder().name(name).help(metric.help());
    for (Metric.Sample sample : metric.samples()) {
      builder.dataPoint(
          CounterDataPointSnapshot.builder()
              .labels(labels(metric, sample))
              .value(sample.value())
              .build());
    }
    return builder.build();
  }

  private static MetricSnapshot gauge(Metric metric) {
    var builder = GaugeSnapshot.builder().name(metric.name()).help(metric.help());
    for (Metric.Sample sample : metric.samples()) {
      builder.dataPoint(
          GaugeDataPointSnapshot.builder()
              .labels(labels(metric, sample))
              .value(sample.value())
              .build());
    }
    return builder.build();
  }

  private static MetricSnapshot histogram(Metric metric) {
    List<Metric.Sample> samples = metric.samples();
    double[] bounds = new double[samples.size()];
    long[] counts = new long[samples.size()];
    for (int i = 0; i < bounds.length; i++) {
      String bound = samples.get(i).labels().getFirst();
      bounds[i] = bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound);
      counts[i] = (long) samples.get(i).value();
    }
    return HistogramSnapshot.builder()
        .name(metric.name())
        .help(metric.help())
        .dataPoint(
            HistogramDataPointSnapshot.builder()
                .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, counts))
                .sum(metric.sum())
                .build())
        .build();
  }

  private static Labels labels(Metric metric, Metric.Sample sample) {
    return Labels.of(metric.labels(), sample.labels());
  }
}
