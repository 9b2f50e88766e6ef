package dev.adit.cli.output;

import java.util.ArrayList;
import java.util.List;

/// Lines in columns, two spaces apart, under a line of names in capitals. Confined to one thread.
public final class Table {
  private final List<String[]> rows = new ArrayList<>();

  public Table(String... names) {
    rows.add(names);
  }

  /// Adds one line; an empty cell prints as `-`.
  public Table row(String... cells) {
    if (cells.length != rows.get(0).length) {
      throw new IllegalArgumentException(cells.length + " cells, not " + rows.get(0).length);
    }
    rows.add(cells);
    return this;
  }

  @Override
  public String toString() {
    int[] widths = new int[rows.get(0).length];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], cell(row[i]).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (String[] row : rows) {
      int gap = 0;
      for (int i = 0; i < row.length; i++) {
        text.append(" ".repeat(gap)).append(cell(row[i]));
        gap = widths[i] - cell(row[i]).length() + 2;
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static String cell(String text) {
    return text.isEmpty() ? "-" : text;
  }
}
