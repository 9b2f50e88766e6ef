package dev.adit.systemtests.lab;

import dev.adit.systemtests.lab.Cell.Expected;
import dev.adit.systemtests.lab.MatrixResults.Line;
import dev.adit.systemtests.lab.MatrixResults.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;

/// `docs/nat-matrix.md`, out of what one commit's runs have left.
final class MatrixPage {
  private static final String NOT_RUN = "·";
  private static final int DIRECT_RUNS = 10;
  private static final int RELAYED_RUNS = 3;
  private static final long WATCH = 60_000;

  private final MatrixResults results;
  private final Map<String, Cell> cells = NatCells.all();
  private final StringBuilder page = new StringBuilder();

  private MatrixPage(MatrixResults results) {
    this.results = results;
  }

  static String of(MatrixResults results) {
    var page = new MatrixPage(results);
    page.write();
    return page.page.toString();
  }

  private void write() {
    long run = cells.keySet().stream().filter(name -> !adit(name).isEmpty()).count();
    page.append(
        """
        # Which NATs two nodes get through

        `bench/matrix` wrote this page of commit %s, for which %d of %d pairs were run; `bench/matrix --help` says how.
        Every pair has a lab of its own (network namespaces, real agents, `wireguard-go`, one server). Sites are called
        as `natlab.sh list` calls them; without `+v6` or `+dual` they have IPv4 only.

        A number is how many seconds after the first packet both ends used a direct path, in the slowest run: in each of
        ten runs it must be 3 at most, and the first ping answered after 2 at most. `relay` is a pair that reaches each other
        by the relay, steadily for a minute in each of three runs, the first ping answered after 2 seconds at most; `relay (A)`
        is one that could have a direct path if ports were guessed, which Adit does not do. **SHORT** missed one of these,
        %s was not run; in brackets stands how many runs there were, and how long they were watched, if not as said.

        ## Adit, IPv4

        """
            .formatted(results.commit(), run, cells.size(), NOT_RUN));
    square(name -> adit(cell(name)), true);
    page.append("\n## Adit: IPv6, both families, mixed families\n\n");
    list(NatCells.familyCells());
    page.append("\n## Adit: neighbours\n\n");
    list(NatCells.neighbourCells());
    page.append("\n## Adit: others\n\n");
    list(NatCells.furtherCells());
    page.append(
        """

        ## WireGuard alone

        Two plain `wireguard-go`, each told by hand where the other one's port was seen from outside (or which one is
        forwarded), nothing of Adit on either. The number is seconds to the first answered ping, `–` is none within twelve (after a lost
        first handshake WireGuard waits five).

        """);
    square(name -> wireGuard(cell(name)), false);
    page.append('\n');
    wireGuardList();
    page.append(
        """

        ## Direct against relayed

        The same two nodes, first on their direct path, then with `--relay-only`: mean of 40 round trips, and one TCP stream
        of 50 MB through the tunnel. All of it shares this one machine's processors.

        | pair | direct, ms | relayed, ms | direct, Mbit/s | relayed, Mbit/s |
        |---|---|---|---|---|
        """);
    comparison();
  }

  private interface Text {
    String of(String name);
  }

  /// The table of types by types, and, if asked for, the rows beside it.
  private void square(Text text, boolean furtherRows) {
    page.append("| | ").append(String.join(" | ", NatCells.TYPES)).append(" |\n|---|");
    page.append("---|".repeat(NatCells.TYPES.size())).append('\n');
    List<String> rows = new ArrayList<>(NatCells.TYPES);
    if (furtherRows) {
      rows.addAll(NatCells.furtherRows());
    }
    for (String row : rows) {
      page.append("| ").append(row).append(" |");
      for (String column : NatCells.TYPES) {
        String name = row + ":" + column;
        page.append(' ').append(cells.containsKey(name) ? text.of(name) : "").append(" |");
      }
      page.append('\n');
    }
  }

  private void list(List<String> names) {
    page.append("| pair | path | first ping, s | direct, s |\n|---|---|---|---|\n");
    for (String name : names) {
      Cell cell = cell(name);
      List<Line> lines = adit(name);
      page.append("| ").append(name).append(" | ");
      if (lines.isEmpty()) {
        page.append(NOT_RUN).append(" | | |\n");
        continue;
      }
      page.append(isShort(lines) ? "**SHORT**" : path(cell)).append(runs(cell, lines));
      page.append(" | ").append(seconds(slowest(lines, Line::first))).append(" | ");
      page.append(cell.expected().isDirect() ? seconds(slowest(lines, Line::second)) : "");
      page.append(" |\n");
    }
  }

  private void wireGuardList() {
    page.append("| pair | WireGuard alone |\n|---|---|\n");
    List<String> names = new ArrayList<>(NatCells.familyCells());
    names.addAll(NatCells.neighbourCells());
    names.addAll(NatCells.furtherCells());
    for (String name : names) {
      page.append("| ").append(name).append(" | ").append(wireGuard(cell(name))).append(" |\n");
    }
  }

  private void comparison() {
    int rows = 0;
    for (String name : cells.keySet()) {
      List<Line> direct = results.of(Table.DIRECT, name);
      List<Line> relayed = results.of(Table.RELAYED, name);
      if (!direct.isEmpty() && !relayed.isEmpty()) {
        Line one = direct.getLast();
        Line other = relayed.getLast();
        page.append(
            String.format(
                Locale.ROOT,
                "| %s | %.2f | %.2f | %d | %d |%n",
                name,
                one.first() / 1000.0,
                other.first() / 1000.0,
                one.second(),
                other.second()));
        rows++;
      }
    }
    if (rows == 0) {
      page.append("| ").append(NOT_RUN).append(" | | | | |\n");
    }
  }

  private Cell cell(String name) {
    return NatCells.of(name);
  }

  private List<Line> adit(String name) {
    return results.of(Table.ADIT, name);
  }

  private String adit(Cell cell) {
    List<Line> lines = adit(cell.name());
    if (lines.isEmpty()) {
      return NOT_RUN;
    }
    if (isShort(lines)) {
      return "**SHORT**" + runs(cell, lines);
    }
    String figure = cell.expected().isDirect() ? seconds(slowest(lines, Line::second)) : path(cell);
    return figure + runs(cell, lines);
  }

  private String wireGuard(Cell cell) {
    List<Line> lines = results.of(Table.WIREGUARD, cell.name());
    if (lines.isEmpty()) {
      return NOT_RUN;
    }
    Line line = lines.getLast();
    return !line.isGood() ? "**SHORT**" : line.first() < 0 ? "–" : seconds(line.first());
  }

  private static String path(Cell cell) {
    if (cell.expected().isDirect()) {
      return "direct";
    }
    return cell.expected() == Expected.ASSISTED ? "relay (A)" : "relay";
  }

  private static boolean isShort(List<Line> lines) {
    return !lines.stream().allMatch(Line::isGood);
  }

  /// What was less than it should be: the number of runs, the time that a relayed pair was watched.
  private static String runs(Cell cell, List<Line> lines) {
    boolean direct = cell.expected().isDirect();
    List<String> less = new ArrayList<>();
    if (lines.size() != (direct ? DIRECT_RUNS : RELAYED_RUNS)) {
      less.add(Integer.toString(lines.size()));
    }
    long watched = lines.stream().filter(Line::isGood).mapToLong(Line::second).min().orElse(WATCH);
    if (!direct && watched < WATCH) {
      less.add(watched / 1_000 + " s");
    }
    return less.isEmpty() ? "" : " (" + String.join(", ", less) + ")";
  }

  private static long slowest(List<Line> lines, ToLongFunction<Line> figure) {
    return lines.stream().mapToLong(figure).max().orElse(-1);
  }

  private static String seconds(long millis) {
    return millis < 0 ? "–" : String.format(Locale.ROOT, "%.2f", millis / 1000.0);
  }
}
