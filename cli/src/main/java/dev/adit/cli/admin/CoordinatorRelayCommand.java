package dev.adit.cli.admin;

import dev.adit.cli.Failure;
import dev.adit.cli.Times;
import dev.adit.cli.output.Table;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.ControlMessage;
import dev.adit.wire.control.RelayDescription;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `adit coordinator relay list|remove`: the relays that nodes are told of.
@Command(
    name = "relay",
    mixinStandardHelpOptions = true,
    addMethodSubcommands = false,
    subcommands = {CoordinatorRelayCommand.Listing.class, CoordinatorRelayCommand.Remove.class},
    description = "Lists the relays that nodes are told of, and removes those that have joined.")
final class CoordinatorRelayCommand implements Runnable {
  @Override
  public void run() {
    throw Failure.usage("say what to do: list or remove; see adit coordinator relay --help");
  }

  /// `adit coordinator relay list`
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      addMethodSubcommands = false,
      description = "Lists the relays.")
  static final class Listing extends CoordinatorRequest {
    @Override
    String answer() {
      return coordinator.get("/relays");
    }

    @Override
    String text(JsonObject answer) throws MalformedException {
      Map<String, String> networks = NetworkCommand.names(coordinator);
      Table table = new Table("NAME", "NETWORK", "ADDRESSES", "TCP", "UNTIL", "ID");
      for (JsonObject relay : answer.objects("relays", ControlMessage.MAX_RELAYS)) {
        JsonObject described = relay.object("description");
        String network = relay.optionalString("network");
        table.row(
            described.string("name"),
            network == null ? "all" : networks.getOrDefault(network, network),
            String.join(", ", described.strings("addresses", RelayDescription.MAX_LIST)),
            Long.toString(described.integer("tcp")),
            Times.text(relay.integer("notAfter")),
            relay.string("id"));
      }
      return table.toString();
    }
  }

  /// `adit coordinator relay remove RELAY`
  @Command(
      name = "remove",
      mixinStandardHelpOptions = true,
      addMethodSubcommands = false,
      description = "Removes a relay that has joined: nodes forget it, and it serves nobody.")
  static final class Remove extends CoordinatorRequest {
    @Parameters(paramLabel = "RELAY", description = "Its name or id.")
    String relay = "";

    @Override
    String answer() {
      String _ = coordinator.delete("/relays/" + CoordinatorClient.segment(relay));
      return new JsonWriter().beginObject().member("removed", relay).endObject().toString();
    }

    @Override
    String text(JsonObject answer) throws MalformedException {
      return "removed " + answer.string("removed") + "\n";
    }
  }
}
