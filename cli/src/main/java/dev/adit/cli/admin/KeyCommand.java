package dev.adit.cli.admin;

import dev.adit.cli.Failure;
import dev.adit.cli.Times;
import dev.adit.cli.output.Table;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    /// As the API names them.
    enum Kind {
      node,
      relay
    }

    @Option(
        names = "--kind",
        paramLabel = "KIND",
        defaultValue = "node",
        description =
            "What may join with it: node, or relay for adit relay --join (default:"
                + " ${DEFAULT-VALUE}).")
    Kind kind = Kind.node;

    @Option(
        names = "--network",
        paramLabel = "NAME",
        description =
            "Which network; adit network list shows them (default: the first one, for a relay all"
                + " of them).")
    @Nullable String network;

    @Mixin SecretOutput secret = new SecretOutput();

    /// Made once, so everything that can be wrong is looked at before.
    @Override
    String answer() throws MalformedException {
      secret.check();
      JsonWriter wish = new JsonWriter().beginObject().member("maxUses", uses);
      wish.member("expiresSeconds", Times.seconds(expires));
      if (kind != Kind.node) {
        wish.member("kind", kind.name());
      }
      if (network != null) {
        wish.member("network", network);
      }
      wish.endObject();
      return secret.kept(coordinator.post("/keys", wish.toString()), "key", "the key");
    }

    @Override
    String text(JsonObject key) throws MalformedException {
      String text = key.optionalString("key");
      return (text == null ? "written to " + key.string("file") : text) + "\n";
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
      Map<String, String> names = NetworkCommand.names(coordinator);
      List<JsonObject> keys = answer.objects("keys", MAX_KEYS);
      boolean plain = names.size() < 2;
      for (JsonObject key : keys) {
        plain &= key.string("kind").equals("node");
      }
      Table table =
          plain
              ? new Table("ID", "STATE", "USES", "CREATED", "EXPIRES")
              : new Table("ID", "STATE", "USES", "CREATED", "EXPIRES", "FOR");
      for (JsonObject key : keys) {
        List<String> cells = new ArrayList<>();
        cells.add(key.string("id"));
        cells.add(key.string("state"));
        cells.add(key.integer("uses") + " of " + key.integer("maxUses"));
        cells.add(Times.text(key.integer("createdAt")));
        cells.add(Times.text(key.integer("expiresAt")));
        if (!plain) {
          cells.add(purpose(key, names));
        }
        table.row(cells.toArray(String[]::new));
      }
      return table.toString();
    }

    private static String purpose(JsonObject key, Map<String, String> names)
        throws MalformedException {
      String network = key.optionalString("network");
      String where = network == null ? "all networks" : names.getOrDefault(network, network);
      return key.string("kind") + " of " + where;
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
