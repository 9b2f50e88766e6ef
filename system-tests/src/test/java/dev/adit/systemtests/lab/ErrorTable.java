package dev.adit.systemtests.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The tables of `docs/errors.md`. Immutable.
///
/// A row is known by its first column; the second holds the line, `<…>` standing for what varies;
/// the third what ends it: an exit status, or how a server answers.
record ErrorTable(List<Row> rows) {
  private static final Path FILE = Path.of("..", "docs", "errors.md");
  private static final Pattern VARIABLE = Pattern.compile("<[^<>]+>");

  /// @param line without its backquotes
  record Row(String situation, String line, String end) {
    /// The line as a pattern; what varies is never empty.
    Pattern pattern() {
      var text = new StringBuilder();
      Matcher variable = VARIABLE.matcher(line);
      int from = 0;
      while (variable.find()) {
        text.append(Pattern.quote(line.substring(from, variable.start()))).append(".+");
        from = variable.end();
      }
      return Pattern.compile(text.append(Pattern.quote(line.substring(from))).toString());
    }

    int status() {
      return Integer.parseInt(end);
    }
  }

  static ErrorTable read() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (String line : Files.readAllLines(FILE)) {
      if (line.startsWith("| ") && !line.startsWith("| situation ")) {
        String[] cells = line.substring(1, line.length() - 1).split(" \\| ", -1);
        rows.add(
            new Row(cells[0].strip(), cells[1].strip().replaceAll("^`|`$", ""), cells[2].strip()));
      }
    }
    return new ErrorTable(List.copyOf(rows));
  }

  Row row(String situation) {
    for (Row row : rows) {
      if (row.situation.equals(situation)) {
        return row;
      }
    }
    throw new AssertionError("docs/errors.md has no row: " + situation);
  }

  List<String> situations() {
    return rows.stream().map(Row::situation).toList();
  }
}
