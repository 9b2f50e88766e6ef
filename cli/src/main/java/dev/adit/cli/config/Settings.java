package dev.adit.cli.config;

import dev.adit.cli.Failure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Where an option's value comes from when the command line does not give it: the environment, then
/// the role's file, then the default written at the option.
///
/// `--state-dir` of `adit serve` is `ADIT_STATE_DIR` in the environment and `state-dir` in
/// `/etc/adit/serve.toml`. Lists are TOML arrays, and in the environment separated by commas.
public final class Settings implements IDefaultValueProvider {
  /// Names the folder of the files instead of `/etc/adit`.
  static final String FOLDER_VARIABLE = "ADIT_CONFIG_DIR";

  private final Map<String, String> environment;
  private final @Nullable RoleFile file;

  Settings(Map<String, String> environment, @Nullable RoleFile file) {
    this.environment = environment;
    this.file = file;
  }

  /// Gives every verb of `line` its settings; the verb's name is the role. The parser of TOML is
  /// loaded only where there is a file.
  public static void install(CommandLine line) {
    Map<String, String> environment = System.getenv();
    String folder = environment.getOrDefault(FOLDER_VARIABLE, "/etc/adit");
    for (Map.Entry<String, CommandLine> verb : line.getSubcommands().entrySet()) {
      Path path = Path.of(folder, verb.getKey() + ".toml");
      install(verb.getValue(), environment, Files.exists(path) ? new RoleFile(path) : null);
    }
  }

  /// Gives one command its settings.
  ///
  /// @throws Failure if the file holds a name that the command does not know: a misspelt setting
  ///   would otherwise be silently without effect
  static void install(
      CommandLine command, Map<String, String> environment, @Nullable RoleFile file) {
    if (file != null) {
      file.check(command.getCommandSpec());
    }
    command.setDefaultValueProvider(new Settings(environment, file));
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option) || option.usageHelp() || option.versionHelp()) {
      return null;
    }
    String name = name(option);
    String value = environment.get(variable(name));
    if (value != null && !value.isEmpty()) {
      return value;
    }
    return file == null ? null : file.value(name);
  }

  /// `--state-dir` is `state-dir`.
  static String name(OptionSpec option) {
    String longest = option.longestName();
    int start = 0;
    while (start < longest.length() && longest.charAt(start) == '-') {
      start++;
    }
    return longest.substring(start);
  }

  /// `state-dir` is `ADIT_STATE_DIR`.
  static String variable(String name) {
    return "ADIT_" + name.replace('-', '_').toUpperCase(Locale.ROOT);
  }

  /// A file that is there but wrong, in words for the user.
  static Failure wrongFile(Path path, String what) {
    return Failure.usage(path + ": " + what);
  }
}
