package dev.adit.cli.output;

import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import java.io.PrintWriter;
import picocli.CommandLine.Option;

/// The option `-o table|json|yaml` of every command that prints data (a picocli mixin).
///
/// A command makes its result as JSON, once; the table is a view of it. Only data goes to standard
/// output, so that `-o json` stays clean.
public final class OutputOption {
  public enum Format {
    TABLE,
    JSON,
    YAML;

    /// As it is written on the command line.
    @Override
    public String toString() {
      return switch (this) {
        case TABLE -> "table";
        case JSON -> "json";
        case YAML -> "yaml";
      };
    }
  }

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "How to print: table, json or yaml (default: ${DEFAULT-VALUE}).")
  Format format = Format.TABLE;

  public Format format() {
    return format;
  }

  /// How a result looks to people.
  @FunctionalInterface
  public interface View {
    /// The text, with a line end at the end unless empty.
    String text(JsonObject value) throws MalformedException;
  }

  /// Prints one result in the format the user chose.
  ///
  /// @throws MalformedException if `json` is no JSON object, or not of the shape that `table`
  ///   expects
  public void print(PrintWriter out, String json, View table) throws MalformedException {
    print(out, Json.parseReport(json), table);
  }

  /// Prints what has no other form than JSON; YAML only if the user chose it.
  public void printJson(PrintWriter out, String json) throws MalformedException {
    print(out, Json.parseReport(json), PrettyJson::of);
  }

  private void print(PrintWriter out, JsonObject value, View table) throws MalformedException {
    switch (format) {
      case TABLE -> out.print(table.text(value));
      case JSON -> out.print(PrettyJson.of(value));
      case YAML -> out.print(Yaml.of(value));
    }
    out.flush();
  }

  /// Prints one JSON object as YAML; for commands that print many, one after the other.
  public static void yaml(PrintWriter out, String json) {
    try {
      out.print(Yaml.of(Json.parseReport(json)));
    } catch (MalformedException e) {
      throw new IllegalArgumentException(e);
    }
    out.flush();
  }
}
