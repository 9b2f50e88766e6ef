package dev.adit.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import dev.adit.cli.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Any file of settings is read, or refused with a sentence that names the file.
class RoleFileFuzzTest {
  private static final Path FILE = file();
  private static final CommandSpec COMMAND =
      CommandSpec.create()
          .addOption(OptionSpec.builder("--state-dir").build())
          .addOption(OptionSpec.builder("--port").build())
          .addOption(OptionSpec.builder("--address").build());

  @FuzzTest
  void anyFileOfSettings(byte @NotNull @WithLength(max = 2048) [] content) throws IOException {
    Files.write(FILE, content);
    var role = new RoleFile(FILE);
    try {
      role.check(COMMAND);
      for (String name : new String[] {"state-dir", "port", "address", "other"}) {
        role.value(name);
      }
      assertThat(role.value("other")).isNull();
    } catch (Failure expected) {
      assertThat(expected.getMessage()).startsWith(FILE + ": ");
    }
  }

  private static Path file() {
    try {
      Path file = Files.createTempFile("adit-fuzz", ".toml");
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
