package dev.adit.systemtests.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Each of the 38 rows of edge cases and security checks of the DERP specification (its §17) has a
/// test that names it.
class DerpRowsTest {
  private static final Path ROOT = Path.of("..");
  private static final int ROWS = 38;
  private static final Pattern ROW = Pattern.compile("derp §17\\.([0-9]+)");

  @Test
  void eachRowIsNamedByATest() throws IOException {
    var named = new TreeSet<Integer>();
    for (Path source : tests()) {
      Matcher row = ROW.matcher(Files.readString(source));
      while (row.find()) {
        named.add(Integer.valueOf(row.group(1)));
      }
    }
    Set<Integer> all = new TreeSet<>(IntStream.rangeClosed(1, ROWS).boxed().toList());
    assertThat(named).isEqualTo(all);
  }

  private static List<Path> tests() throws IOException {
    var sources = new ArrayList<Path>();
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path module : modules.toList()) {
        Path folder = module.resolve("src").resolve("test").resolve("java");
        if (Files.isDirectory(folder)) {
          try (Stream<Path> files = Files.walk(folder)) {
            files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
          }
        }
      }
    }
    return sources;
  }
}
