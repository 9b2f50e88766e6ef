package dev.adit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class AditTest {
  @Test
  void printsItsVersion() {
    CommandRun run = CommandRun.of("--version");
    assertThat(run).isEqualTo(new CommandRun(0, "adit " + Version.number() + "\n", ""));
    assertThat(Version.number()).matches("[0-9]+\\.[0-9]+\\.[0-9]+(-SNAPSHOT)?");
  }

  @Test
  void listsEveryVerbInItsHelp() {
    CommandRun run = CommandRun.of("--help");
    assertThat(run.status()).isZero();
    assertThat(run.out()).contains(Verbs.NAMES).doesNotContain(Verbs.HIDDEN);
  }

  @Test
  void saysInOneLineWhatIsWrong() {
    assertThat(CommandRun.of()).isEqualTo(wrong("no verb given; see adit --help"));
    assertThat(CommandRun.of("servw")).isEqualTo(wrong("unknown verb 'servw'; see adit --help"));
    assertThat(CommandRun.of("key"))
        .isEqualTo(wrong("say what to do: create, list or revoke; see adit key --help"));
    assertThat(CommandRun.of("key", "list", "--wrong"))
        .isEqualTo(wrong("Unknown option: '--wrong'; see adit key list --help"));
    assertThat(CommandRun.of("key", "list", "-o", "xml").err())
        .startsWith("adit: Invalid value for option '--output'")
        .endsWith("; see adit key list --help\n");
  }

  @Test
  void explainsEveryCommand() {
    for (String verb : Verbs.NAMES) {
      for (List<String> words : commands(List.of(verb), new CommandLine(Verbs.command(verb)))) {
        List<String> asked = new ArrayList<>(words);
        asked.add("--help");
        CommandRun run = CommandRun.of(asked.toArray(String[]::new));
        assertThat(run.status()).as("%s", asked).isZero();
        assertThat(run.err()).as("%s", asked).isEmpty();
        assertThat(run.out()).as("%s", asked).startsWith("Usage: adit " + String.join(" ", words));
      }
    }
  }

  private static List<List<String>> commands(List<String> words, CommandLine line) {
    List<List<String>> all = new ArrayList<>(List.of(words));
    line.getSubcommands()
        .forEach((name, command) -> {
          List<String> longer = new ArrayList<>(words);
          longer.add(name);
          all.addAll(commands(longer, command));
        });
    return all;
  }

  private static CommandRun wrong(String message) {
    return new CommandRun(Failure.USAGE, "", "adit: " + message + "\n");
  }
}
