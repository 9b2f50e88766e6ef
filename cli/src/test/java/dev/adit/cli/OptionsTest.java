package dev.adit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/// Names and defaults of what daemons are told are promises: this list changes only on purpose.
class OptionsTest {
  private static final List<String> ROLES = List.of("serve", "relay");

  @Test
  void namesAndDefaultsOfEveryRoleAreAsWritten() throws IOException {
    StringBuilder found = new StringBuilder();
    for (String role : ROLES) {
      found.append("[").append(role).append("]\n");
      CommandLine line = new CommandLine(Verbs.command(role));
      for (OptionSpec option : line.getCommandSpec().options()) {
        if (!option.usageHelp() && !option.versionHelp()) {
          String standard = option.defaultValue();
          found.append(String.join(" ", option.names())).append(" = ");
          found.append(standard == null ? "" : standard).append('\n');
          assertThat(option.description()).as(option.longestName()).isNotEmpty();
        }
      }
    }
    assertThat(found.toString()).isEqualTo(resource("options.txt"));
  }

  private static String resource(String name) throws IOException {
    try (var in = OptionsTest.class.getResourceAsStream(name)) {
      return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
