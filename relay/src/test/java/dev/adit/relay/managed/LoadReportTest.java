package dev.adit.relay.managed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.wire.control.ControlMessage.RelayReport;
import org.junit.jupiter.api.Test;

class LoadReportTest {
  private static final long SECOND = 1_000_000_000L;

  private final LoadReport report = new LoadReport();

  @Test
  void tellsTheBytesOfEachSecondSinceTheLastOne() {
    assertThat(report.next(1, 5_000, LoadReport.OK, SECOND))
        .as("nothing is known of the time before")
        .isEqualTo(new RelayReport(1, 0, 0, 0, "ok"));
    assertThat(report.next(2, 35_000, LoadReport.OK, 31 * SECOND).bytesPerSec()).isEqualTo(1_000);
    assertThat(report.next(2, 35_000, LoadReport.OK, 61 * SECOND).bytesPerSec()).isZero();
    assertThat(report.next(2, 36_000, LoadReport.OK, 61 * SECOND).bytesPerSec())
        .as("no time has passed")
        .isZero();
  }
}
