package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// `docs/relay.md` promises an equivalent for each flag of `derper` (derp §15): here each one is
/// started and observed.
class DerperEquivalentsTest {
  /// Everything that derp §15 lists.
  private static final Path KNOWN = Path.of("derper-options.txt");

  private static final Path PAGE = Path.of("..", "docs", "relay.md");

  /// What we may refuse: forwarding to Tailscale's own servers, and two services of other makers.
  private static final Set<String> REFUSABLE =
      Set.of("-ace", "-secrets-url", "-secrets-path-prefix", "-secrets-cache-dir", "-certmode gcp");

  private static final Pattern ROW = Pattern.compile("\\| `([-A-Z][^`]*)` \\| ([^|]+) \\|.*");
  private static final Pattern OPTION = Pattern.compile("`(--[a-z0-9-]+)");

  @TempDir Path folder;

  /// One line of the table.
  ///
  /// @param derper its flag or environment variable
  /// @param ours what stands in the second column
  private record Row(String derper, String ours) {
    boolean isRefusal() {
      return ours.startsWith("refused, because ");
    }

    List<String> options() {
      var options = new ArrayList<String>();
      Matcher found = OPTION.matcher(ours);
      while (found.find()) {
        options.add(found.group(1));
      }
      return options;
    }
  }

  @TestFactory
  List<DynamicTest> eachEquivalentDoesWhatDerperDoes() throws IOException {
    var tests = new ArrayList<DynamicTest>();
    for (Row row : rows()) {
      tests.add(dynamicTest(row.derper(), () -> check(row)));
    }
    return tests;
  }

  @Test
  void theTableHasARowForEachOptionOfDerper() throws IOException {
    List<String> known =
        Files.readAllLines(KNOWN).stream().filter(line -> !line.startsWith("#")).toList();
    assertThat(rows().stream().map(Row::derper).toList())
        .containsExactlyInAnyOrderElementsOf(known);
  }

  @Test
  void theTableHasARowForEachCheckAndTheOtherWayRound() throws IOException {
    List<String> inTable =
        rows().stream().filter(row -> !row.isRefusal()).map(Row::derper).toList();
    assertThat(inTable).containsExactlyInAnyOrderElementsOf(EquivalentChecks.ALL.keySet());
  }

  private void check(Row row) throws Exception {
    if (row.isRefusal()) {
      assertThat(REFUSABLE).as("what may be refused").contains(row.derper());
      return;
    }
    var site = new EquivalentSite(Files.createTempDirectory(folder, "row"));
    Objects.requireNonNull(EquivalentChecks.ALL.get(row.derper()), "no check").in(site);
    assertThat(row.options()).as("options in the row of %s", row.derper()).isNotEmpty();
    for (String option : row.options()) {
      assertThat(site.words())
          .as("what was started with")
          .anyMatch(word -> word.equals(option) || word.startsWith(option + "="));
    }
  }

  private static List<Row> rows() throws IOException {
    var rows = new ArrayList<Row>();
    for (String line : Files.readAllLines(PAGE)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        rows.add(new Row(row.group(1), row.group(2).strip()));
      }
    }
    return rows;
  }
}
