package dev.adit.cli.admin;

import dev.adit.cli.Failure;
import dev.adit.cli.output.Table;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `adit network create|list`: networks, whose nodes do not see each other.
@Command(
    name = "network",
    mixinStandardHelpOptions = true,
    addMethodSubcommands = false,
    subcommands = {NetworkCommand.Create.class, NetworkCommand.Listing.class},
    description = "Makes and lists networks. Nodes of one know nothing of nodes of another.")
public final class NetworkCommand implements Runnable {
  private static final int MAX_NETWORKS = 100_000;
  private static final int MAX_RANGES = 100;

  @Override
  public void run() {
    throw Failure.usage("say what to do: create or list; see adit network --help");
  }

  /// `adit network create NAME`
  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      addMethodSubcommands = false,
      description = {
        "Makes a network, with address ranges of its own.",
        "Nodes join it with a key of its own: adit key create --network NAME"
      })
  static final class Create extends CoordinatorRequest {
    @Parameters(paramLabel = "NAME", description = "Up to 63 of a-z 0-9 -.")
    String name = "";

    @Override
    String answer() {
      return coordinator.post(
          "/networks", new JsonWriter().beginObject().member("name", name).endObject().toString());
    }

    @Override
    String text(JsonObject network) throws MalformedException {
      return "made " + network.string("name") + ", " + ranges(network) + "\n";
    }
  }

  /// `adit network list`
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      addMethodSubcommands = false,
      description = "Lists the networks.")
  static final class Listing extends CoordinatorRequest {
    @Override
    String answer() {
      return coordinator.get("/networks");
    }

    @Override
    String text(JsonObject answer) throws MalformedException {
      Table table = new Table("NAME", "RANGES", "ID");
      for (JsonObject network : answer.objects("networks", MAX_NETWORKS)) {
        table.row(network.string("name"), ranges(network), network.string("id"));
      }
      return table.toString();
    }
  }

  private static String ranges(JsonObject network) throws MalformedException {
    return String.join(", ", network.strings("ranges", MAX_RANGES));
  }

  /// The names of networks by their ids, for tables that show them; only a coordinator with more
  /// than one has any to show.
  static Map<String, String> names(CoordinatorClient coordinator) throws MalformedException {
    var names = new LinkedHashMap<String, String>();
    JsonObject answer = Json.parseObject(coordinator.get("/networks"));
    for (JsonObject network : answer.objects("networks", MAX_NETWORKS)) {
      names.put(network.string("id"), network.string("name"));
    }
    return names;
  }
}
