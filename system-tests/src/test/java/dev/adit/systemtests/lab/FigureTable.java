package dev.adit.systemtests.lab;

import java.util.ArrayList;
import java.util.List;

/// What a measuring program says at its end: a line for each figure, with its limit, what it is
/// beside (the same run without what is measured), its share of the limit, and `ok` or `SHORT`.
final class FigureTable {
  /// @param figure the median of the runs
  /// @param limit the most that is allowed; 0 if there must be nothing at all
  private record Line(
      String what, String unit, double figure, double limit, double baseline, List<Long> runs) {
    boolean isShort() {
      return figure > limit;
    }
  }

  private final List<Line> lines = new ArrayList<>();

  /// A figure that is good when it is small. Also said at once, as progress.
  ///
  /// @param unit `ms`, `pings` and so on, of all numbers here
  /// @param baseline the same, measured in this run, without what is measured; negative for none
  void add(String what, String unit, List<Long> runs, long limit, long baseline) {
    System.out.printf("  %s: %s %s%n", what, runs, unit);
    lines.add(new Line(what, unit, PathScenariosTest.median(runs), limit, baseline, runs));
  }

  /// @return whether nothing is `SHORT`
  boolean print() {
    System.out.printf(
        "%n%-58s %9s %9s %9s %7s%n", "medians", "figure", "limit", "baseline", "ratio");
    for (Line line : lines) {
      System.out.printf(
          "%-58s %,9.0f %,9.0f %9s %7s %s%n",
          line.what + ", " + line.unit,
          line.figure,
          line.limit,
          line.baseline < 0 ? "-" : "%,.0f".formatted(line.baseline),
          line.limit == 0 ? "-" : "%.2f".formatted(line.figure / line.limit),
          line.isShort() ? "SHORT" : "ok");
    }
    return lines.stream().noneMatch(Line::isShort);
  }
}
