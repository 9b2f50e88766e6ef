package dev.adit.systemtests.lab;

import dev.adit.systemtests.lab.MatrixResults.Table;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// What `bench/matrix` was asked for; its `--help` explains each.
///
/// @param cells the chosen ones, or all
/// @param runs of each cell; 0 for 10 of direct cells and 3 of relayed ones
/// @param tables [Table#DIRECT] brings [Table#RELAYED] along
/// @param pageOnly measure nothing
record MatrixOptions(
    List<Cell> cells,
    int runs,
    Duration watch,
    int jobs,
    Path folder,
    Set<Table> tables,
    boolean again,
    boolean pageOnly,
    boolean list) {
  private static final int MOST = 10_000;
  private static final int DIRECT_RUNS = 10;
  private static final int RELAYED_RUNS = 3;

  /// @param folder where results are, if no option says so
  /// @throws IllegalArgumentException for the user
  static MatrixOptions parse(List<String> arguments, Path folder) {
    Deque<String> left = new ArrayDeque<>(arguments);
    List<Cell> cells = new ArrayList<>();
    int runs = 0;
    int seconds = 60;
    int jobs = Runtime.getRuntime().availableProcessors();
    Path results = folder;
    Set<Table> tables = EnumSet.noneOf(Table.class);
    boolean again = false;
    boolean pageOnly = false;
    boolean list = false;
    while (!left.isEmpty()) {
      String word = left.pop();
      switch (word) {
        case "--runs" -> runs = number(word, left);
        case "--watch" -> seconds = number(word, left);
        case "--jobs" -> jobs = number(word, left);
        case "--results" -> results = Path.of(value(word, left)).toAbsolutePath();
        case "--table" -> tables.addAll(tables(value(word, left)));
        case "--again" -> again = true;
        case "--page" -> pageOnly = true;
        case "--list" -> list = true;
        default -> {
          if (word.startsWith("-")) {
            throw new IllegalArgumentException(
                "there is no option '" + word + "'; bench/matrix --help names them");
          }
          cells.add(NatCells.of(word));
        }
      }
    }
    if (tables.isEmpty()) {
      tables.addAll(EnumSet.of(Table.ADIT, Table.WIREGUARD, Table.DIRECT));
    }
    if (cells.isEmpty()) {
      cells.addAll(NatCells.all().values());
    }
    return new MatrixOptions(
        cells, runs, Duration.ofSeconds(seconds), jobs, results, tables, again, pageOnly, list);
  }

  private static String value(String option, Deque<String> left) {
    String value = left.poll();
    if (value == null) {
      throw new IllegalArgumentException(option + " needs a value; bench/matrix --help says which");
    }
    return value;
  }

  private static int number(String option, Deque<String> left) {
    String value = value(option, left);
    if (!value.matches("[1-9][0-9]{0,4}") || Integer.parseInt(value) > MOST) {
      throw new IllegalArgumentException(option + " is 1 to " + MOST + ", not '" + value + "'");
    }
    return Integer.parseInt(value);
  }

  private static Set<Table> tables(String name) {
    return switch (name) {
      case "adit" -> EnumSet.of(Table.ADIT);
      case "wireguard" -> EnumSet.of(Table.WIREGUARD);
      case "relay" -> EnumSet.of(Table.DIRECT);
      default ->
          throw new IllegalArgumentException(
              "--table is adit, wireguard or relay, not '" + name + "'");
    };
  }

  int runs(Cell cell) {
    return runs > 0 ? runs : cell.expected().isDirect() ? DIRECT_RUNS : RELAYED_RUNS;
  }
}
