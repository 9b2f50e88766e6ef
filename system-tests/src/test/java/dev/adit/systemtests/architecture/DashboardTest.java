package dev.adit.systemtests.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// `docs/grafana-relay.json` names only metrics that there are, with labels they have: those of
/// `docs/metrics.md`, which the programs themselves are compared with. And it leaves out none that
/// tells of a refusal or a drop.
class DashboardTest {
  private static final Path DOCS = Path.of("..", "docs");
  private static final Pattern ROW =
      Pattern.compile("\\| `([a-z0-9_]+)` \\| (?:counter|gauge|histogram) \\| ([^|]*)\\|.*");
  private static final Pattern METRIC = Pattern.compile("\\b((?:adit|process|jvm)_[a-z0-9_]+)\\{");
  private static final Pattern BY = Pattern.compile("by \\(([a-z, ]+)\\)");
  private static final Pattern REFUSALS =
      Pattern.compile(
          "adit_(derp|mesh|stun|tls|http|relay)_.*(refused|dropped|failed|ended)_total");

  @Test
  void everyMetricItNamesExists() throws Exception {
    Map<String, String> known = metrics();
    for (String expression : expressions()) {
      Matcher metric = METRIC.matcher(expression);
      assertThat(metric.find()).as(expression).isTrue();
      String labels = known.get(metric.group(1).replaceFirst("_(bucket|sum|count)$", ""));
      assertThat(labels).as("docs/metrics.md has %s", metric.group(1)).isNotNull();
      Matcher by = BY.matcher(expression);
      if (by.find()) {
        for (String label : by.group(1).split(", ", -1)) {
          assertThat(labels).as(expression).contains("`" + label + "`");
        }
      }
    }
  }

  @Test
  void everyRefusalAndDropOfARelayIsOnIt() throws Exception {
    String all = String.join("\n", expressions());
    for (String name : metrics().keySet()) {
      if (REFUSALS.matcher(name).matches()) {
        assertThat(all).contains(name + "{");
      }
    }
  }

  /// Names, and what stands in the column of labels.
  private static Map<String, String> metrics() throws IOException {
    var found = new HashMap<String, String>();
    for (String line : Files.readAllLines(DOCS.resolve("metrics.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        found.put(row.group(1), row.group(2));
      }
    }
    assertThat(found).isNotEmpty();
    return found;
  }

  private static Set<String> expressions() throws Exception {
    var found = new TreeSet<String>();
    JsonObject board = Json.parseObject(Files.readString(DOCS.resolve("grafana-relay.json")));
    for (JsonObject panel : board.objects("panels", 100)) {
      for (JsonObject target : panel.objects("targets", 26)) {
        found.add(target.string("expr"));
      }
    }
    assertThat(found).hasSizeGreaterThan(15);
    return found;
  }
}
