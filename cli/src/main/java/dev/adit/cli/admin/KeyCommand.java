package dev.adit.cli.admin;

import dev.adit.cli.Failure;
import dev.adit.cli.Times;
import dev.adit.cli.output.Table;
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
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `adit key create|list|revoke`: join keys.
@Command(
    name = "key",
    mixinStandardHelpOptions = true,
    addMethodSubcommands = false,
    subcommands = {KeyCommand.Create.class, KeyCommand.Listing.class, KeyCommand.Revoke.class},
    description = "Makes, lists and revokes join keys, with which machines become nodes.")
public final class KeyCommand implements Runnable {
  private static final int MAX_KEYS = 1_000_000;

  @Override
  public void run() {
    throw Failure.usage("say what to do: create, list or revoke; see adit key --help");
  }

  /// `adit key create`
  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      addMethodSubcommands = false,
      description = {
        "Makes a join key and prints it, once.",
        "Where standard output is not a terminal, say with --out where the secret goes."
      })
  static final class Create extends CoordinatorRequest {
    @Option(
        names = "--uses",
        paramLabel = "NUMBER",
        defaultValue = "1",
        description = "How many machines may join with it (default: ${DEFAULT-VALUE}).")
    int uses;

    @Option(
        names = "--expires",
        paramLabel = "DURATION",
        defaultValue = "24h",
        description =
            "How long it is good: 30m, 24h, 7d; at most 366d (default: ${DEFAULT-VALUE}).")
    String expires = "24h";

    @Option(
        names = "--out",
        paramLabel = "FILE",
        description = "Write the key to this new file of mode 0600; - is standard output.")
    @Nullable String out;

    /// Made once, so everything that can be wrong is looked at before.
    @Override
    String answer() throws MalformedException {
      Path file = out == null || out.equals("-") ? null : Path.of(out);
      if (out == null && !Terminal.isStandardOutput()) {
        throw Failure.usage(
            "standard output is not a terminal; say where the secret goes: --out FILE or --out -");
      }
      if (file != null && Files.exists(file)) {
        throw Failure.failed(file + " exists; remove it or choose another name");
      }
      JsonWriter wish = new JsonWriter().beginObject().member("maxUses", uses);
      wish.member("expiresSeconds", Times.seconds(expires)).endObject();
      String answer = coordinator.post("/keys", wish.toString());
      JsonObject key = Json.parseObject(answer);
      if (file != null) {
        write(file, key.string("key"));
        answer = withoutSecret(key, file);
      }
      return answer;
    }

    private void write(Path file, String key) {
      try {
        StateFiles.create(file.toAbsolutePath(), (key + "\n").getBytes(StandardCharsets.US_ASCII));
      } catch (IOException e) {
        throw Failure.failed(
            "the key was made but cannot be written to " + file + ": " + e.getMessage());
      }
    }

    private static String withoutSecret(JsonObject key, Path file) {
      JsonWriter json = new JsonWriter().beginObject();
      for (String name : key.names()) {
        if (!name.equals("key")) {
          json.name(name).value(key.value(name));
        }
      }
      return json.member("file", file.toString()).endObject().toString();
    }

    @Override
    String text(JsonObject key) throws MalformedException {
      String secret = key.optionalString("key");
      return (secret == null ? "written to " + key.string("file") : secret) + "\n";
    }
  }

  /// `adit key list`
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      addMethodSubcommands = false,
      description = "Lists join keys; the secrets are not kept, so they cannot be shown.")
  static final class Listing extends CoordinatorRequest {
    @Override
    String answer() {
      return coordinator.get("/keys");
    }

    @Override
    String text(JsonObject answer) throws MalformedException {
      Table table = new Table("ID", "STATE", "USES", "CREATED", "EXPIRES");
      for (JsonObject key : answer.objects("keys", MAX_KEYS)) {
        table.row(
            key.string("id"),
            key.string("state"),
            key.integer("uses") + " of " + key.integer("maxUses"),
            Times.text(key.integer("createdAt")),
            Times.text(key.integer("expiresAt")));
      }
      return table.toString();
    }
  }

  /// `adit key revoke ID`
  @Command(
      name = "revoke",
      mixinStandardHelpOptions = true,
      addMethodSubcommands = false,
      description = "Ends a join key at once. Nodes that joined with it stay.")
  static final class Revoke extends CoordinatorRequest {
    @Parameters(paramLabel = "ID", description = "The key's public id, as adit key list shows it.")
    String id = "";

    @Override
    String answer() {
      return coordinator.delete("/keys/" + CoordinatorClient.segment(id));
    }

    @Override
    String text(JsonObject key) throws MalformedException {
      return "revoked " + key.string("id") + "\n";
    }
  }
}
