package dev.adit.cli.relay;

import dev.adit.cli.Failure;
import dev.adit.cli.output.OutputOption;
import dev.adit.cli.output.Table;
import dev.adit.relay.admin.RelayConsole;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `adit relay status`: how the relay of this machine is.
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = {
      "Shows how the relay of this machine is: clients, traffic, what was dropped.",
      "For root and the relay's own user."
    })
public final class RelayStatusCommand implements Callable<Integer> {
  private static final int MOST_CLIENTS = 1_000_000;

  @Spec CommandSpec spec;
  @Mixin RelaySocket relay = new RelaySocket();
  @Mixin OutputOption output = new OutputOption();

  @Option(names = "--clients", description = "With a line for each client.")
  boolean clients;

  @Override
  public Integer call() throws MalformedException {
    String answer = relay.get(RelayConsole.STATUS + (clients ? "?clients" : ""));
    output.print(spec.commandLine().getOut(), answer, RelayStatusCommand::text);
    return Failure.DONE;
  }

  private static String text(JsonObject status) throws MalformedException {
    JsonObject counts = status.object("counts");
    String relay = relay(status, counts);
    if (!status.has("clients")) {
      return relay;
    }
    var table = new Table("KEY", "ADDRESS", "SECONDS", "HOME", "IN", "OUT");
    for (JsonObject client : status.objects("clients", MOST_CLIENTS)) {
      table.row(
          client.string("key"),
          client.string("address"),
          number(client, "seconds"),
          client.bool("home") ? "yes" : "",
          number(client, "bytesReceived"),
          number(client, "bytesSent"));
    }
    return relay + "\n" + table;
  }

  private static String relay(JsonObject status, JsonObject counts) throws MalformedException {
    return new Table("RELAY", status.string("name"))
        .row("KEY", status.string("key"))
        .row("REGION", status.string("region") + " (" + status.integer("regionId") + ")")
        .row("VERSION", status.string("version"))
        .row("UP", Duration.ofSeconds(status.integer("uptimeSeconds")).toString().substring(2))
        .row("STATE", status.string("state"))
        .row("CONNECTIONS", number(counts, "connections"))
        .row("PACKETS IN", number(counts, "packetsReceived"))
        .row("PACKETS OUT", number(counts, "packetsSent"))
        .row("PACKETS DROPPED", number(counts, "packetsDropped"))
        .row("BYTES IN", number(counts, "bytesReceived"))
        .row("BYTES OUT", number(counts, "bytesSent"))
        .toString();
  }

  private static String number(JsonObject counts, String name) throws MalformedException {
    return Long.toString(counts.integer(name));
  }
}
