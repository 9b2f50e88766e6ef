package dev.adit.cli.admin;

import dev.adit.cli.Failure;
import dev.adit.cli.Times;
import dev.adit.cli.output.Table;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `adit node list|show|remove`: the nodes as the coordinator knows them.
@Command(
    name = "node",
    mixinStandardHelpOptions = true,
    addMethodSubcommands = false,
    subcommands = {NodeCommand.Listing.class, NodeCommand.Show.class, NodeCommand.Remove.class},
    description = "Lists, shows and removes nodes.")
public final class NodeCommand implements Runnable {
  private static final int MAX_NODES = 1_000_000;
  private static final int MAX_ADDRESSES = 1000;

  @Override
  public void run() {
    throw Failure.usage("say what to do: list, show or remove; see adit node --help");
  }

  /// `adit node list`
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      addMethodSubcommands = false,
      description = "Lists the nodes.")
  static final class Listing extends CoordinatorRequest {
    @Option(
        names = "--keys",
        description = "Print their WireGuard keys as an allow list for adit relay --allow-file.")
    boolean keys;

    @Override
    public Integer call() throws MalformedException {
      if (!keys) {
        return super.call();
      }
      spec.commandLine().getOut().print(allowList(Json.parseObject(answer())));
      spec.commandLine().getOut().flush();
      return Failure.DONE;
    }

    @Override
    String answer() {
      return coordinator.get("/nodes");
    }

    private static String allowList(JsonObject answer) throws MalformedException {
      StringBuilder text = new StringBuilder();
      for (JsonObject node : answer.objects("nodes", MAX_NODES)) {
        text.append(node.string("nodeKey")).append("  # ").append(node.string("name")).append('\n');
      }
      return text.toString();
    }

    @Override
    String text(JsonObject answer) throws MalformedException {
      Map<String, String> networks = NetworkCommand.names(coordinator);
      if (networks.size() > 1) {
        return byNetwork(answer, networks);
      }
      Table table = new Table("NAME", "ADDRESSES", "ONLINE", "LAST SEEN", "ID");
      for (JsonObject node : answer.objects("nodes", MAX_NODES)) {
        table.row(
            node.string("name"),
            String.join(", ", node.strings("addresses", MAX_ADDRESSES)),
            node.bool("online") ? "yes" : "no",
            lastSeen(node),
            node.string("id"));
      }
      return table.toString();
    }

    private static String byNetwork(JsonObject answer, Map<String, String> networks)
        throws MalformedException {
      Table table = new Table("NAME", "NETWORK", "ADDRESSES", "ONLINE", "LAST SEEN", "ID");
      for (JsonObject node : answer.objects("nodes", MAX_NODES)) {
        String network = node.string("network");
        table.row(
            node.string("name"),
            networks.getOrDefault(network, network),
            String.join(", ", node.strings("addresses", MAX_ADDRESSES)),
            node.bool("online") ? "yes" : "no",
            lastSeen(node),
            node.string("id"));
      }
      return table.toString();
    }
  }

  /// `adit node show NODE`
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      addMethodSubcommands = false,
      description = "Shows one node.")
  static final class Show extends CoordinatorRequest {
    @Parameters(paramLabel = "NODE", description = "Its name or id.")
    String node = "";

    @Override
    String answer() {
      return coordinator.get("/nodes/" + CoordinatorClient.segment(node));
    }

    @Override
    String text(JsonObject node) throws MalformedException {
      String relay = node.optionalString("relay");
      return new Table("NAME", node.string("name"))
          .row("ID", node.string("id"))
          .row("NETWORK", node.string("network"))
          .row("ADDRESSES", String.join(", ", node.strings("addresses", MAX_ADDRESSES)))
          .row("WIREGUARD KEY", node.string("nodeKey"))
          .row("ONLINE", node.bool("online") ? "yes" : "no")
          .row("HOME RELAY", relay == null ? "" : relay)
          .row("JOINED", Times.text(node.integer("joinedAt")))
          .row("LAST SEEN", lastSeen(node))
          .toString();
    }
  }

  /// `adit node remove NODE`
  @Command(
      name = "remove",
      mixinStandardHelpOptions = true,
      addMethodSubcommands = false,
      description = "Removes a node. All others drop it at once; it can join again with a new key.")
  static final class Remove extends CoordinatorRequest {
    @Parameters(paramLabel = "NODE", description = "Its name or id.")
    String node = "";

    @Override
    String answer() {
      String _ = coordinator.delete("/nodes/" + CoordinatorClient.segment(node));
      return new JsonWriter().beginObject().member("removed", node).endObject().toString();
    }

    @Override
    String text(JsonObject answer) throws MalformedException {
      return "removed " + answer.string("removed") + "\n";
    }
  }

  private static String lastSeen(JsonObject node) throws MalformedException {
    long seconds = node.integerOr("lastSeen", 0, 0, Json.MAX_INTEGER);
    return seconds == 0 ? "" : Times.text(seconds);
  }
}
