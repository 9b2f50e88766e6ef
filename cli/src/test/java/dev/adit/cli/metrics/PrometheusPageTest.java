package dev.adit.cli.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.metrics.Histogram;
import dev.adit.net.metrics.Readings;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PrometheusPageTest {
  private final Readings readings = new Readings();

  @Test
  void isPrometheusText() {
    readings
        .counters("adit_things_refused_total", "Things that were refused, by reason.", "reason")
        .add(3, "too_many")
        .add(0, "too_old");
    readings.gauge("adit_things", "Things there are.", 1.5);
    HttpResponse page = page(Map.of());
    assertThat(page.headers().get("Content-Type")).startsWith("text/plain; version=0.0.4");
    assertThat(text(page))
        .isEqualTo(
            """
            # HELP adit_things Things there are.
            # TYPE adit_things gauge
            adit_things 1.5
            # HELP adit_things_refused_total Things that were refused, by reason.
            # TYPE adit_things_refused_total counter
            adit_things_refused_total{reason="too_many"} 3.0
            adit_things_refused_total{reason="too_old"} 0.0
            """);
  }

  @Test
  void writesAHistogramAsPrometheusWantsIt() {
    var waits = new Histogram(1e-3, 10, 2_000);
    waits.note(5);
    waits.note(20);
    waits.note(3_000);
    readings.histogram("adit_wait_seconds", "Waits.", waits);
    assertThat(text(page(Map.of())))
        .isEqualTo(
            """
            # HELP adit_wait_seconds Waits.
            # TYPE adit_wait_seconds histogram
            adit_wait_seconds_bucket{le="0.01"} 1
            adit_wait_seconds_bucket{le="2.0"} 2
            adit_wait_seconds_bucket{le="+Inf"} 3
            adit_wait_seconds_count 3
            adit_wait_seconds_sum 3.025
            """);
  }

  @Test
  void isOpenMetricsForThoseWhoAcceptIt() {
    readings.counter("adit_things_total", "Things.", 7);
    HttpResponse page = page(Map.of("accept", "application/openmetrics-text; version=1.0.0"));
    assertThat(page.headers().get("Content-Type")).startsWith("application/openmetrics-text");
    assertThat(text(page)).contains("adit_things_total 7.0\n").endsWith("# EOF\n");
  }

  @Test
  void everyProcessTellsOfItself() {
    var own = Readings.of(List.of(new ProcessReadings("relay")));
    assertThat(own.value("process_open_fds")).isPositive();
    assertThat(own.value("jvm_memory_used_bytes", "heap"))
        .isPositive()
        .isLessThanOrEqualTo(own.value("jvm_memory_max_bytes", "heap"));
    assertThat(own.value("process_start_time_seconds")).isGreaterThan(1.7e9);
    assertThat(text(PrometheusPage.of(request(Map.of()), own)))
        .contains("adit_build_info{", "role=\"relay\"", "process_cpu_seconds_total ");
  }

  private HttpResponse page(Map<String, String> headers) {
    return PrometheusPage.of(request(headers), readings);
  }

  private static HttpRequest request(Map<String, String> headers) {
    return new HttpRequest("GET", "/metrics", null, headers, new byte[0], null, null);
  }

  private static String text(HttpResponse page) {
    return new String(page.body(), StandardCharsets.UTF_8);
  }
}
