package dev.adit.cli.admin;

import dev.adit.cli.Failure;
import dev.adit.cli.Times;
import dev.adit.cli.output.Table;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.ControlMessage;
import dev.adit.wire.control.RelayDescription;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `adit coordinator relay list|add|remove`: the relays that nodes are told of, and the URLs by
/// which relays of others ask whom to serve.
@Command(
    name = "relay",
    mixinStandardHelpOptions = true,
    addMethodSubcommands = false,
    subcommands = {
      CoordinatorRelayCommand.Listing.class,
      CoordinatorRelayCommand.Add.class,
      CoordinatorRelayCommand.Remove.class
    },
    description = {
      "Lists the relays that nodes are told of, and removes those that have joined.",
      "Lets relays of others (derper) ask whom to serve."
    })
final class CoordinatorRelayCommand implements Runnable {
  private static final String DERPERS = "/verify-urls";
  private static final int MOST_URLS = 1_000_000;

  @Override
  public void run() {
    throw Failure.usage("say what to do: list, add or remove; see adit coordinator relay --help");
  }

  /// `adit coordinator relay list`
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      addMethodSubcommands = false,
      description = "Lists the relays.")
  static final class Listing extends CoordinatorRequest {
    @Option(
        names = "--derper",
        description = "List the URLs that add --derper made; the URLs themselves are not kept.")
    boolean derper;

    @Override
    String answer() {
      return coordinator.get(derper ? DERPERS : "/relays");
    }

    @Override
    String text(JsonObject answer) throws MalformedException {
      Map<String, String> networks = NetworkCommand.names(coordinator);
      return derper ? urls(answer, networks) : relays(answer, networks);
    }

    private static String urls(JsonObject answer, Map<String, String> networks)
        throws MalformedException {
      Table table = new Table("ID", "STATE", "NETWORK", "CREATED");
      for (JsonObject url : answer.objects("verifyUrls", MOST_URLS)) {
        String network = url.string("network");
        table.row(
            url.string("id"),
            url.string("state"),
            networks.getOrDefault(network, network),
            Times.text(url.integer("createdAt")));
      }
      return table.toString();
    }

    private static String relays(JsonObject answer, Map<String, String> networks)
        throws MalformedException {
      Table table =
          new Table(
              "NAME", "NETWORK", "STATE", "CLIENTS", "RATE", "ADDRESSES", "TCP", "UNTIL", "ID");
      for (JsonObject relay : answer.objects("relays", ControlMessage.MAX_RELAYS)) {
        JsonObject described = relay.object("description");
        String network = relay.optionalString("network");
        JsonObject report = relay.has("report") ? relay.object("report") : null;
        table.row(
            described.string("name"),
            network == null ? "all" : networks.getOrDefault(network, network),
            state(relay),
            report == null ? "" : Long.toString(report.integer("derp")),
            report == null ? "" : report.integer("bytesPerSec") + " B/s",
            String.join(", ", described.strings("addresses", RelayDescription.MAX_LIST)),
            Long.toString(described.integer("tcp")),
            Times.text(relay.integer("notAfter")),
            relay.string("id"));
      }
      return table.toString();
    }
  }

  /// A word for how a relay is; of one that has not joined nothing is known.
  private static String state(JsonObject relay) throws MalformedException {
    if (!relay.bool("joined")) {
      return "-";
    }
    if (!relay.bool("online")) {
      return "off line";
    }
    return !relay.bool("current")
        ? "not current"
        : relay.has("report") ? relay.object("report").string("health") : "on line";
  }

  /// `adit coordinator relay add --derper`
  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      addMethodSubcommands = false,
      description = {
        "Makes a URL by which a derper asks whom to serve, and prints the derper's options, once.",
        "An adit relay needs none: adit key create --kind relay, then adit relay --join KEY."
      })
  static final class Add extends CoordinatorRequest {
    @Option(names = "--derper", description = "A relay of others, for nodes of one network.")
    boolean derper;

    @Option(
        names = "--network",
        paramLabel = "NAME",
        description = "Whose nodes it serves (default: the first network).")
    @Nullable String network;

    @Mixin SecretOutput secret = new SecretOutput();

    @Override
    String answer() throws MalformedException {
      if (!derper) {
        throw Failure.usage(
            "say --derper; an adit relay joins by itself: adit key create --kind relay");
      }
      secret.check();
      JsonWriter wish = new JsonWriter().beginObject();
      if (network != null) {
        wish.member("network", network);
      }
      JsonObject made = Json.parseObject(coordinator.post(DERPERS, wish.endObject().toString()));
      JsonWriter json = new JsonWriter().beginObject();
      for (String name : made.names()) {
        if (!name.equals("url")) {
          json.name(name).value(made.value(name));
        }
      }
      json.member("options", options(made.string("url")));
      return secret.kept(json.endObject().toString(), "options", "the URL");
    }

    /// With the default of `derper` whoever makes the coordinator unreachable is served.
    private static String options(String url) {
      return "-verify-client-url=" + url + " -verify-client-url-fail-open=false";
    }

    @Override
    String text(JsonObject answer) throws MalformedException {
      String options = answer.optionalString("options");
      String id = answer.string("id");
      return (options == null ? "written to " + answer.string("file") : "derper " + options)
          + "\n\nIt asks when a client connects, so a removed node stays connected to it until it"
          + " connects anew.\nIt serves nodes of one network only, and does not keep apart who may"
          + " not meet.\nTo end it: adit coordinator relay remove --derper "
          + id
          + "\n";
    }
  }

  /// `adit coordinator relay remove RELAY`
  @Command(
      name = "remove",
      mixinStandardHelpOptions = true,
      addMethodSubcommands = false,
      description = "Removes a relay that has joined: nodes forget it, and it serves nobody.")
  static final class Remove extends CoordinatorRequest {
    @Option(
        names = "--derper",
        description = "End a URL that add --derper made: that derper admits nobody more.")
    boolean derper;

    @Parameters(paramLabel = "RELAY", description = "Its name or id.")
    String relay = "";

    @Override
    String answer() {
      String path = derper ? DERPERS : "/relays";
      String _ = coordinator.delete(path + "/" + CoordinatorClient.segment(relay));
      return new JsonWriter().beginObject().member("removed", relay).endObject().toString();
    }

    @Override
    String text(JsonObject answer) throws MalformedException {
      return "removed " + answer.string("removed") + "\n";
    }
  }
}
