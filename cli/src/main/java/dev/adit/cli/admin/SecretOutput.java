package dev.adit.cli.admin;

import dev.adit.cli.Failure;
import dev.adit.cli.output.Terminal;
import dev.adit.net.files.StateFiles;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where a secret goes that is shown once (a mixin): a terminal, or what `--out` says (control
/// R-ADM-5).
final class SecretOutput {
  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write the secret to this new file of mode 0600; - is standard output.")
  @Nullable String out;

  /// To be called before the secret is made.
  void check() {
    if (out == null && !Terminal.isStandardOutput()) {
      throw Failure.usage(
          "standard output is not a terminal; say where the secret goes: --out FILE or --out -");
    }
    Path file = file();
    if (file != null && Files.exists(file)) {
      throw Failure.failed(file + " exists; remove it or choose another name");
    }
  }

  private @Nullable Path file() {
    return out == null || out.equals("-") ? null : Path.of(out);
  }

  /// Writes the secret where it goes.
  ///
  /// @param answer JSON, with the secret
  /// @param member which the secret is
  /// @param what it is, for a message
  /// @return what may be printed: JSON with the secret, or in its place `file`
  String kept(String answer, String member, String what) throws MalformedException {
    Path file = file();
    if (file == null) {
      return answer;
    }
    JsonObject all = Json.parseObject(answer);
    try {
      byte[] line = (all.string(member) + "\n").getBytes(StandardCharsets.US_ASCII);
      StateFiles.create(file.toAbsolutePath(), line);
    } catch (IOException e) {
      throw Failure.failed(
          what + " was made but cannot be written to " + file + ": " + e.getMessage());
    }
    JsonWriter json = new JsonWriter().beginObject();
    for (String name : all.names()) {
      if (!name.equals(member)) {
        json.name(name).value(all.value(name));
      }
    }
    return json.member("file", file.toString()).endObject().toString();
  }
}
