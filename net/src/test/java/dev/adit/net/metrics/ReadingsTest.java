package dev.adit.net.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class ReadingsTest {
  private enum Reason {
    TOO_MANY,
    TOO_OLD
  }

  @Test
  void readsACounterForEachConstantFromTheStart() {
    var counts = new Counts<>(Reason.class);
    counts.count(Reason.TOO_OLD);
    counts.add(Reason.TOO_OLD, 2);
    var readings =
        new Readings()
            .counters(
                "adit_refused_total",
                "What was refused.",
                "reason",
                Reason.values(),
                reason -> "Because of " + reason,
                counts::value);
    assertThat(readings.value("adit_refused_total", "too_many")).isZero();
    assertThat(readings.value("adit_refused_total", "too_old")).isEqualTo(3);
    assertThat(readings.metrics().getFirst().meanings())
        .containsEntry("too_many", "Because of TOO_MANY");
  }

  @Test
  void asksEverySourceEachTime() {
    var calls = new int[1];
    Readings.Source source = into -> into.gauge("adit_calls", "Calls.", ++calls[0]);
    assertThat(Readings.of(List.of(source)).value("adit_calls")).isEqualTo(1);
    assertThat(Readings.of(List.of(source)).value("adit_calls")).isEqualTo(2);
  }

  @Test
  void refusesNamesAndLabelsThatWouldMislead() {
    var readings = new Readings();
    assertThatThrownBy(() -> readings.counter("adit_things", "Things.", 1))
        .hasMessageContaining("_total");
    assertThatThrownBy(() -> readings.gauge("adit_things_total", "Things.", 1))
        .hasMessageContaining("_total");
    assertThatThrownBy(() -> readings.gauges("adit_things", "Things.", "kind").add(1))
        .hasMessageContaining("kind");
    assertThatThrownBy(() -> readings.value("adit_nothing"))
        .isInstanceOf(NoSuchElementException.class);
  }
}
