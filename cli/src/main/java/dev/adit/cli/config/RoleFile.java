package dev.adit.cli.config;

import dev.adit.cli.Failure;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// One `/etc/adit/ROLE.toml`, read at the first question. Confined to one thread.
final class RoleFile {
  /// A file of all settings has a few hundred.
  static final int MAX_BYTES = 64 * 1024;

  private final Path path;
  private @Nullable TomlParseResult content;

  RoleFile(Path path) {
    this.path = path;
  }

  /// The value of `name` as an option would be written, lists joined by commas; null if absent.
  @Nullable String value(String name) {
    Object value = content().get(List.of(name));
    if (value instanceof TomlArray list) {
      List<String> words = new ArrayList<>();
      for (Object word : list.toList()) {
        words.add(String.valueOf(word));
      }
      return String.join(",", words);
    }
    return value == null ? null : value.toString();
  }

  /// Refuses names that are no option of `command`.
  void check(CommandSpec command) {
    Set<String> known = new TreeSet<>();
    for (OptionSpec option : command.options()) {
      if (!option.usageHelp() && !option.versionHelp() && !option.hidden()) {
        known.add(Settings.name(option));
      }
    }
    for (String name : content().keySet()) {
      if (!known.contains(name)) {
        var at = content().inputPositionOf(List.of(name));
        String where = at == null ? "" : "line " + at.line() + ": ";
        throw Settings.wrongFile(
            path, where + "unknown setting '" + name + "'; known: " + String.join(", ", known));
      }
    }
  }

  private TomlParseResult content() {
    TomlParseResult known = content;
    if (known != null) {
      return known;
    }
    TomlParseResult read = parse(text());
    if (read.hasErrors()) {
      var error = read.errors().get(0);
      throw Settings.wrongFile(path, "line " + error.position().line() + ": " + error.getMessage());
    }
    content = read;
    return read;
  }

  private String text() {
    try {
      if (Files.size(path) > MAX_BYTES) {
        throw Settings.wrongFile(path, "longer than " + MAX_BYTES + " bytes");
      }
      return Files.readString(path);
    } catch (CharacterCodingException e) {
      throw Settings.wrongFile(path, "not UTF-8");
    } catch (IOException e) {
      throw Failure.failed("cannot read " + path + ": " + e.getMessage());
    }
  }

  private TomlParseResult parse(String text) {
    try {
      return Toml.parse(text);
    } catch (StackOverflowError e) { // the parser calls itself for each level
      throw Settings.wrongFile(path, "arrays or tables inside each other too deeply");
    } catch (AssertionError e) { // a check of the parser's own, which only bad files fail
      throw Settings.wrongFile(path, "not TOML");
    }
  }
}
