package dev.adit.cli.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class JavaCommandTest {
  @ParameterizedTest
  @EnumSource(JavaCommand.Kind.class)
  void theScriptGivesTheSameOptions(JavaCommand.Kind kind) throws IOException {
    List<String> words = JavaCommand.of(kind, "Main", List.of());

    assertThat(words).containsSubsequence(script("  " + pattern(kind) + "\\) options=\\((.*)\\)"));
    assertThat(words).containsSubsequence(script("^exec .* (-XX:\\S+ -XX:\\S+ -Xshare:auto)"));
    assertThat(words).containsSubsequence(script("^ +(-Xlog:.*) \\\\$"));
  }

  private static String pattern(JavaCommand.Kind kind) {
    return kind == JavaCommand.Kind.CLI ? "\\*" : kind.name().toLowerCase(Locale.ROOT);
  }

  /// The words that the first group matches.
  private static List<String> script(String pattern) throws IOException {
    Matcher options =
        Pattern.compile(pattern, Pattern.MULTILINE)
            .matcher(Files.readString(Path.of("..", "adit")));
    assertThat(options.find()).as(pattern).isTrue();
    return List.of(options.group(1).split(" "));
  }
}
