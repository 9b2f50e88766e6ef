package dev.adit.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.cli.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

class SettingsTest {
  @TempDir Path folder;

  @Test
  void takesTheDefaultWhereNothingIsSaid() {
    assertThat(parsed(Map.of(), null).stateDir).isEqualTo("/var/lib/adit");
  }

  @Test
  void prefersTheFileToTheDefault() throws Exception {
    Role role = parsed(Map.of(), file("state-dir = '/file'\nport = 7\naddress = ['a', 'b']"));
    assertThat(role.stateDir).isEqualTo("/file");
    assertThat(role.port).isEqualTo(7);
    assertThat(role.addresses).containsExactly("a", "b");
  }

  @Test
  void prefersTheEnvironmentToTheFile() throws Exception {
    Map<String, String> environment =
        Map.of("ADIT_STATE_DIR", "/environment", "ADIT_ADDRESS", "c,d", "ADIT_PORT", "");
    Role role = parsed(environment, file("state-dir = '/file'\nport = 7\naddress = ['a']"));
    assertThat(role.stateDir).isEqualTo("/environment");
    assertThat(role.addresses).containsExactly("c", "d");
    assertThat(role.port).as("an empty variable counts as absent").isEqualTo(7);
  }

  @Test
  void prefersTheFlagToAll() throws Exception {
    Role role =
        parsed(Map.of("ADIT_STATE_DIR", "/e"), file("state-dir = '/f'"), "--state-dir", "/flag");
    assertThat(role.stateDir).isEqualTo("/flag");
  }

  @Test
  void namesTheLineOfAWrongFile() throws Exception {
    Path broken = file("port = 7\nstate-dir = \n");
    assertThatThrownBy(() -> parsed(Map.of(), broken)).hasMessageContaining(broken + ": line 2: ");
  }

  @Test
  void refusesASettingItDoesNotKnow() throws Exception {
    Path misspelt = file("port = 7\nstate-dri = '/x'\n");
    assertThatThrownBy(() -> parsed(Map.of(), misspelt))
        .isInstanceOf(Failure.class)
        .hasMessage(
            misspelt + ": line 2: unknown setting 'state-dri'; known: address, port, state-dir");
  }

  @Test
  void refusesAFileThatIsTooLongTooDeepOrNoText() throws Exception {
    Path longest = file("#" + "x".repeat(RoleFile.MAX_BYTES - 1));
    assertThat(parsed(Map.of(), longest).port).isEqualTo(443);
    Path tooLong = file("#" + "x".repeat(RoleFile.MAX_BYTES));
    assertThatThrownBy(() -> parsed(Map.of(), tooLong))
        .isInstanceOf(Failure.class)
        .hasMessage(tooLong + ": longer than 65536 bytes");
    Path deep = file("port = " + "[".repeat(60_000));
    assertThatThrownBy(() -> parsed(Map.of(), deep)).isInstanceOf(Failure.class);
    Path broken = file("[[po#\0\023]]");
    assertThatThrownBy(() -> parsed(Map.of(), broken))
        .isInstanceOf(Failure.class)
        .hasMessageStartingWith(broken + ": ");
    Path noText = Files.write(folder.resolve("bytes.toml"), new byte[] {(byte) 0xff});
    assertThatThrownBy(() -> parsed(Map.of(), noText))
        .isInstanceOf(Failure.class)
        .hasMessage(noText + ": not UTF-8");
  }

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("role.toml"), content);
  }

  private static Role parsed(
      Map<String, String> environment, @Nullable Path file, String... words) {
    CommandLine line = new CommandLine(new Role());
    Settings.install(line, environment, file == null ? null : new RoleFile(file));
    line.parseArgs(words);
    return line.getCommand();
  }

  @Command(mixinStandardHelpOptions = true)
  private static final class Role {
    @Option(names = "--state-dir", defaultValue = "/var/lib/adit")
    String stateDir;

    @Option(names = "--port", defaultValue = "443")
    int port;

    @Option(names = "--address", split = ",")
    List<String> addresses;
  }
}
