package dev.adit.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// `docs/logs.md` lists every event that the sources log above DEBUG, and no other; and nothing is
/// logged there otherwise.
class LogTextTest {
  private static final Path FILE = Path.of("..", "docs", "logs.md");
  private static final String MARK = "<!-- LogTextTest holds what follows -->\n";
  private static final List<String> MODULES =
      List.of("net", "relay", "coordinator", "agent", "cli");

  private static final Pattern LINE =
      Pattern.compile(
          "LogLine\\.(info|warn|error)\\(\\s*[\\w.()]+,\\s*\"(\\w+)\"\\)(.*?)\\.log\\(\\s*\"([^\"]+)\"",
          Pattern.DOTALL);
  private static final Pattern AGENT =
      Pattern.compile(
          "AgentLog\\.(info|warn)\\(\\s*[\\w.]+,\\s*\"(\\w+)\",\\s*\"([^\"]+)\"", Pattern.DOTALL);
  private static final Pattern PLAIN =
      Pattern.compile("\\b(LOG|getLogger\\([\\w.]+\\))\\s*\\.(info|warn|error)\\(");

  @Test
  void theDocumentListsEveryEventAndNoOther() throws IOException {
    var rows = new TreeSet<String>();
    for (Path source : sources()) {
      String text = Files.readString(source).replaceAll("(?m)^ *///.*$", "");
      String component = component(source);
      Matcher line = LINE.matcher(text);
      while (line.find()) {
        rows.add(row(line.group(2), line.group(1), component, line.group(4)));
      }
      Matcher agent = AGENT.matcher(text);
      while (agent.find()) {
        rows.add(row(agent.group(2), agent.group(1), component, agent.group(3)));
      }
    }
    rows.add(row("internal_error", "error", "agent", "a mistake of this program"));
    String table =
        "\n| event | level | component | sentence |\n|---|---|---|---|\n" + String.join("", rows);
    String written = Files.readString(FILE);
    int mark = written.indexOf(MARK);
    assertThat(mark).as("the mark in %s", FILE).isPositive();
    String right = written.substring(0, mark) + MARK + table;
    Path target = Path.of("target", "logs.md");
    Files.writeString(target, right);
    assertThat(written).as("what %s should be is in cli/%s", FILE, target).isEqualTo(right);
  }

  @Test
  void nothingIsLoggedAboveDebugWithoutAnEvent() throws IOException {
    for (Path source : sources()) {
      assertThat(PLAIN.matcher(Files.readString(source)).find()).as("%s", source).isFalse();
    }
  }

  private static String row(String event, String level, String component, String sentence) {
    return "| `" + event + "` | " + level + " | " + component + " | " + sentence + " |\n";
  }

  private static String component(Path source) {
    return source.getName(1).toString();
  }

  private static List<Path> sources() throws IOException {
    var all = new java.util.ArrayList<Path>();
    for (String module : MODULES) {
      try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
        files.filter(file -> file.toString().endsWith(".java")).forEach(all::add);
      }
    }
    assertThat(all).hasSizeGreaterThan(100);
    return all;
  }
}
