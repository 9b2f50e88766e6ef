package dev.adit.cli.node;

import dev.adit.cli.output.OutputOption;
import dev.adit.cli.output.Table;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `adit netcheck`: how this node looks from outside.
@Command(
    name = "netcheck",
    mixinStandardHelpOptions = true,
    description = {
      "Asks the network's STUN servers how this node looks from outside: its public endpoints, as at",
      "least two server addresses see them, the kind of NAT mapping, the latency of each relay."
    })
public final class NetcheckCommand implements Callable<Integer> {
  @Mixin NodeOptions node = new NodeOptions();
  @Mixin OutputOption output = new OutputOption();
  @Spec CommandSpec spec;

  @Override
  public Integer call() throws MalformedException {
    String report = node.agent().request("GET", "/v1/netcheck", "", Duration.ofSeconds(15));
    output.print(spec.commandLine().getOut(), report, NetcheckCommand::table);
    return 0;
  }

  private static String table(JsonObject report) throws MalformedException {
    var text = new StringBuilder();
    for (JsonObject family : report.objects("families", 2)) {
      text.append(family.string("family"))
          .append(": ")
          .append(family.string("verdict"))
          .append('\n');
    }
    var endpoints = new Table("SERVER", "SEEN AS", "RTT");
    for (JsonObject answer : report.objects("answers", 100)) {
      endpoints.row(answer.string("server"), answer.string("mapped"), rtt(answer));
    }
    text.append(endpoints);
    var relays = new Table("RELAY", "HOME", "CONNECTED", "LATENCY");
    for (JsonObject relay : report.objects("relays", 100)) {
      relays.row(
          relay.string("name"),
          relay.bool("home") ? "yes" : "no",
          relay.bool("connected") ? "yes" : "no",
          rtt(relay));
    }
    return text.append(relays).toString();
  }

  private static String rtt(JsonObject value) throws MalformedException {
    return value.has("rttMicros") ? Millis.text(value.integer("rttMicros")) : "-";
  }
}
