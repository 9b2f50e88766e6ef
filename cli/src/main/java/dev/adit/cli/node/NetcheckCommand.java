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
      "Says how this node looks from outside: its public endpoints as the network's STUN servers see",
      "them, the kind of NAT or firewall in front of it with every question that was asked to find",
      "out, and the latency of each relay. Measured at the start and when the network changes."
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
    var evidence = new Table("FAMILY", "TEST", "ASKED", "ANSWER FROM", "RESULT", "SEEN AS", "AGE");
    for (JsonObject family : report.objects("families", 2)) {
      String name = family.string("family");
      text.append(name).append(": ").append(family.string("verdict")).append('\n');
      for (String advice : family.strings("advice", 20)) {
        text.append("  ").append(advice).append('\n');
      }
      for (JsonObject one : family.objects("evidence", 100)) {
        evidence.row(
            name,
            test(one.string("test")),
            one.string("asked"),
            one.has("from") ? one.string("from") : "-",
            result(one),
            one.has("mapped") ? one.string("mapped") : "-",
            one.has("ageMillis") ? one.integer("ageMillis") / 1_000 + " s" : "-");
      }
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
    return text.append(relays).append(evidence).toString();
  }

  private static String test(String test) {
    return switch (test) {
      case "mapping" -> "seen as whom";
      case "filter_base" -> "from a new port";
      case "filter_other_address" -> "let in from another address";
      case "filter_other_port" -> "let in from another port";
      case "allocation" -> "choice of ports";
      case "hairpin" -> "back to ourselves";
      case "peer" -> "a peer says";
      default -> test;
    };
  }

  private static String result(JsonObject one) throws MalformedException {
    return switch (one.string("result")) {
      case "answered" -> one.integer("tries") > 1 ? "yes, try " + one.integer("tries") : "yes";
      case "silent" -> "none, " + one.integer("tries") + " tries";
      case "refused" -> "not offered";
      default -> "waiting";
    };
  }

  private static String rtt(JsonObject value) throws MalformedException {
    return value.has("rttMicros") ? Millis.text(value.integer("rttMicros")) : "-";
  }
}
