package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.systemtests.lab.Cell.Expected;
import dev.adit.systemtests.lab.MatrixResults.Line;
import dev.adit.systemtests.lab.MatrixResults.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `bench/matrix` does without a lab.
class MatrixTest {
  @TempDir Path folder;

  @Test
  void knowsEveryPairOfTypes() {
    for (String left : NatCells.TYPES) {
      for (String right : NatCells.TYPES) {
        assertThat(NatCells.of(left + ":" + right)).isNotNull();
      }
    }
    assertThat(NatCells.of("sym:portcone").expected()).isEqualTo(Expected.ASSISTED);
    assertThat(NatCells.of("sym+fwd:portcone").expected()).isEqualTo(Expected.PLAIN);
    assertThatThrownBy(() -> NatCells.of("portcone:moon"))
        .hasMessage("there is no cell 'portcone:moon'; bench/matrix --list names them all");
  }

  @Test
  void givesASiteWithoutFamilyIpv4Only() {
    assertThat(NatCells.of("portcone:portcone+dual"))
        .isEqualTo(new Cell("portcone+v4", "portcone", Expected.PLAIN));
    assertThat(NatCells.all()).allSatisfy((name, cell) -> assertThat(cell).hasToString(name));
  }

  @Test
  void keepsWhatWasMeasuredOfACommit() throws IOException {
    var line = new Line(Table.ADIT, "fw:fw", 120, 4_100, -1, 0.5, "direct after\n4100 ms");
    MatrixResults.open(folder, "abc").add(line);

    assertThat(MatrixResults.open(folder, "abc").of(Table.ADIT, "fw:fw"))
        .containsExactly(
            new Line(Table.ADIT, "fw:fw", 120, 4_100, -1, 0.5, "direct after 4100 ms"));
    assertThat(MatrixResults.open(folder, "abc").of(Table.WIREGUARD, "fw:fw")).isEmpty();
    assertThat(MatrixResults.open(folder, "def").of(Table.ADIT, "fw:fw")).isEmpty();
  }

  @Test
  void showsTheSlowestRunAndWhatWasShort() throws IOException {
    MatrixResults results = MatrixResults.open(folder, "abc");
    results.add(new Line(Table.ADIT, "direct:direct", 120, 310, -1, 0.5, ""));
    results.add(new Line(Table.ADIT, "direct:direct", 120, 1_290, -1, 0.5, ""));
    results.add(new Line(Table.ADIT, "direct:fw", 120, 3_400, -1, 0.5, "direct after 3400 ms"));
    results.add(new Line(Table.ADIT, "direct:udpblock", 90, 8_000, 100, 0.5, ""));

    assertThat(MatrixPage.of(results))
        .contains("of commit abc, for which 3 of 226 pairs were run")
        .contains("| direct | 1.29 (2) | **SHORT** (1) | · |")
        .contains("| relay (1, 8 s) |");
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertThatThrownBy(() -> MatrixOptions.parse(List.of("--runs", "0"), folder))
        .hasMessage("--runs is 1 to 10000, not '0'");
    assertThatThrownBy(() -> MatrixOptions.parse(List.of("--jobs"), folder))
        .hasMessage("--jobs needs a value; bench/matrix --help says which");
    assertThat(MatrixOptions.parse(List.of("fw:sym", "--runs", "4"), folder))
        .extracting(MatrixOptions::cells)
        .isEqualTo(List.of(NatCells.of("fw:sym")));
  }
}
