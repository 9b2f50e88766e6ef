package dev.adit.systemtests.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// `docs/architecture.md` names files and lines; they must be where it says.
class ArchitectureTextTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern LINE =
      Pattern.compile("`([a-z-]+/[^`:]+\\.java):(\\d+)` \\(`(\\w+)`\\)");
  private static final Pattern FILE = Pattern.compile("`([a-z-]+/src/[^`:]+\\.java)");

  @Test
  void everyNamedLineHoldsWhatItIsNamedFor() throws IOException {
    Matcher named = LINE.matcher(text());
    int found = 0;
    while (named.find()) {
      List<String> lines = Files.readAllLines(ROOT.resolve(named.group(1)));
      int number = Integer.parseInt(named.group(2));
      assertThat(lines).as(named.group()).hasSizeGreaterThanOrEqualTo(number);
      String line = lines.get(number - 1);
      assertThat(line).as(named.group()).contains(named.group(3) + "(").doesNotEndWith(";");
      found++;
    }
    assertThat(found).isGreaterThanOrEqualTo(5);
  }

  @Test
  void everyNamedFileIsThere() throws IOException {
    Matcher named = FILE.matcher(text());
    int found = 0;
    while (named.find()) {
      assertThat(ROOT.resolve(named.group(1))).exists();
      found++;
    }
    assertThat(found).isGreaterThanOrEqualTo(6);
  }

  private static String text() throws IOException {
    return Files.readString(ROOT.resolve("docs/architecture.md"));
  }
}
