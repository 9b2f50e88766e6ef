package dev.adit.systemtests.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/// What was measured of one commit: a file of lines, one per run, to which every run adds. That is
/// why a run that was stopped goes on where it was.
///
/// Thread-safe.
final class MatrixResults {
  /// Which of the three tables.
  enum Table {
    /// Two nodes of ours, in milliseconds: to the first ping; to the direct path, or how long a
    /// relayed pair was watched; its longest silence.
    ADIT,
    /// Two plain WireGuards: milliseconds to the first ping, 0, 0.
    WIREGUARD,
    /// The same two nodes both ways: mean round trip in microseconds, Mbit/s, 0.
    DIRECT,
    RELAYED
  }

  /// One run.
  ///
  /// @param load of the machine's processors over the last minute, after the run
  /// @param fault empty if all was as it must be
  record Line(
      Table table, String cell, long first, long second, long third, double load, String fault) {
    private static final int FIELDS = 7;

    boolean isGood() {
      return fault.isEmpty();
    }

    String text() {
      String plain = fault.replaceAll("\\s+", " ");
      return String.format(
          Locale.ROOT,
          "%s\t%s\t%d\t%d\t%d\t%.2f\t%s",
          table,
          cell,
          first,
          second,
          third,
          load,
          plain.substring(0, Math.min(plain.length(), 500)));
    }

    static Line parse(String text) {
      String[] fields = text.split("\t", FIELDS);
      return new Line(
          Table.valueOf(fields[0]),
          fields[1],
          Long.parseLong(fields[2]),
          Long.parseLong(fields[3]),
          Long.parseLong(fields[4]),
          Double.parseDouble(fields[5]),
          fields[6]);
    }
  }

  private final String commit;
  private final Path file;
  private final List<Line> lines = new ArrayList<>();

  private MatrixResults(String commit, Path file) {
    this.commit = commit;
    this.file = file;
  }

  /// @param folder made if it is not there
  /// @param commit names the file
  static MatrixResults open(Path folder, String commit) throws IOException {
    Files.createDirectories(folder);
    var results = new MatrixResults(commit, folder.resolve(commit + ".tsv"));
    if (Files.exists(results.file)) {
      for (String line : Files.readAllLines(results.file)) {
        results.lines.add(Line.parse(line));
      }
    }
    return results;
  }

  String commit() {
    return commit;
  }

  synchronized List<Line> of(Table table, String cell) {
    return lines.stream().filter(line -> line.table == table && line.cell.equals(cell)).toList();
  }

  synchronized void add(Line line) throws IOException {
    lines.add(line);
    Files.writeString(
        file,
        line.text() + "\n",
        StandardCharsets.UTF_8,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  /// Forgets lines, so that they are measured again.
  synchronized void forget(Predicate<Line> which) throws IOException {
    if (lines.removeIf(which)) {
      Files.write(file, lines.stream().map(Line::text).toList(), StandardCharsets.UTF_8);
    }
  }
}
