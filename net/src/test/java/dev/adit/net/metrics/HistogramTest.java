package dev.adit.net.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.adit.net.metrics.Metric.Sample;
import java.util.List;
import org.junit.jupiter.api.Test;

class HistogramTest {
  private final Histogram histogram = new Histogram(1e-3, 10, 2_000);

  @Test
  void countsEachValueInItsRangeOnce() {
    histogram.note(0);
    histogram.note(10);
    histogram.note(11);
    histogram.note(2_001);
    var metric = new Readings().histogram("adit_x_seconds", "X.", histogram).metrics().getFirst();
    assertThat(metric.labels()).containsExactly("le");
    assertThat(metric.samples())
        .containsExactly(
            new Sample(List.of("0.01"), 2),
            new Sample(List.of("2"), 1),
            new Sample(List.of("+Inf"), 1));
    assertThat(metric.sum()).isEqualTo(2.022, within(1e-9));
  }

  @Test
  void wantsRisingBounds() {
    assertThatThrownBy(() -> new Histogram(1, 2, 2)).isInstanceOf(IllegalArgumentException.class);
  }
}
