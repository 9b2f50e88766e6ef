package dev.adit.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class WaitingLineTest {
  private final StringWriter said = new StringWriter();
  private final PrintWriter err = new PrintWriter(said);

  @Test
  void changesInPlaceAndGoes() {
    try (var line = new WaitingLine(err, true)) {
      line.show("waiting for the coordinator");
      line.show("waiting for the relay");
      line.note("busy; next try in 3 s");
      line.show("waiting for the relay");
    }
    assertThat(said.toString())
        .isEqualTo(
            "\r\u001b[Kadit: waiting for the coordinator …"
                + "\r\u001b[Kadit: waiting for the relay …"
                + "\r\u001b[Kadit: busy; next try in 3 s\n"
                + "\r\u001b[Kadit: waiting for the relay …"
                + "\r\u001b[K");
  }

  @Test
  void saysNothingAfterItsEnd() {
    var line = new WaitingLine(err, true);
    line.close();
    line.show("too late");
    assertThat(said.toString()).isEmpty();
  }

  @Test
  void tellsProgramsOnlyWhatStays() {
    try (var line = new WaitingLine(err, false)) {
      line.show("waiting for the coordinator");
      line.note("busy; next try in 3 s");
    }
    assertThat(said.toString()).isEqualTo("adit: busy; next try in 3 s\n");
  }
}
