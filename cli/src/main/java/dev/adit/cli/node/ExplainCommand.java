package dev.adit.cli.node;

import dev.adit.cli.Failure;
import dev.adit.cli.output.OutputOption;
import dev.adit.cli.output.Table;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `adit explain PEER`: why the path to a peer is what it is, and what would make it better.
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description = {
      "Says why the path to a peer is what it is: what was tried, what answered, what stands between",
      "the two, and what would make it better."
    })
public final class ExplainCommand implements Callable<Integer> {
  private static final int MOST = 100_000;

  @Mixin NodeOptions node = new NodeOptions();
  @Mixin OutputOption output = new OutputOption();
  @Spec CommandSpec spec;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "PEER",
      description = "Name, node id or address of the peer.")
  String peer = "";

  @Option(names = "--all", description = "All peers, a line each.")
  boolean all;

  @Override
  public Integer call() throws MalformedException {
    if (all != peer.isEmpty()) {
      throw Failure.usage("name a peer, or say --all; adit status lists them");
    }
    var body = new JsonWriter().beginObject();
    if (!all) {
      body.member("peer", peer);
    }
    String answer =
        node.agent()
            .request("POST", "/v1/explain", body.endObject().toString(), Duration.ofSeconds(15));
    output.print(spec.commandLine().getOut(), answer, all ? ExplainCommand::lines : this::text);
    return 0;
  }

  private static String lines(JsonObject answer) throws MalformedException {
    var table = new Table("PEER", "PATH", "WHY");
    for (JsonObject one : answer.objects("peers", MOST)) {
      table.row(one.string("name"), path(one.object("path")), one.string("why"));
    }
    return table.toString();
  }

  private String text(JsonObject answer) throws MalformedException {
    var text = new StringBuilder();
    JsonObject self = answer.object("self");
    for (JsonObject one : answer.objects("peers", MOST)) {
      JsonObject path = one.object("path");
      text.append(one.string("name")).append(": ").append(path(path));
      if (path.has("rttMicros")) {
        text.append(", ").append(Millis.text(path.integer("rttMicros")));
        text.append(", ").append(path.integer("lossPercent")).append(" % of probes lost");
      }
      text.append('\n').append(one.string("why")).append('\n');
      text.append(carrier(self, path)).append('\n');
      if (!one.string("better").isEmpty()) {
        text.append("Better: ").append(one.string("better")).append('\n');
      }
      text.append('\n').append(between(self, one)).append('\n').append(candidates(one));
      text.append('\n').append(changes(one));
    }
    return text.toString();
  }

  private static String path(JsonObject path) throws MalformedException {
    String endpoint = path.optionalString("endpoint");
    String relay = path.optionalString("relay");
    String where = endpoint != null ? " " + endpoint : relay != null ? " " + relay : "";
    return path.string("type") + where;
  }

  private static String carrier(JsonObject self, JsonObject path) throws MalformedException {
    String mtu = " Packets may have " + path.integer("mtu") + " bytes";
    String remark = path.optionalString("mtuRemark");
    mtu += remark == null ? "." : ": " + remark + ".";
    if (path.bool("native")) {
      return "WireGuard sends them by itself." + mtu;
    }
    String why = self.optionalString("modeRemark");
    return "They pass the agent" + (why == null ? "." : ": " + why + ".") + mtu;
  }

  private static String between(JsonObject self, JsonObject peer) throws MalformedException {
    var table = new Table("END", "FAMILY", "WHAT STANDS BEFORE IT");
    for (JsonObject family : self.objects("nat", 2)) {
      table.row("this node", family.string("family"), family.string("verdict"));
    }
    JsonObject nat = peer.object("nat");
    String mapping =
        switch (nat.string("mapping")) {
          case "eim" -> "an easy NAT, or none";
          case "adm", "apdm" -> "a hard NAT: another endpoint for each destination";
          default -> "it has not said";
        };
    String filtering =
        switch (nat.string("filtering")) {
          case "eif" -> "; lets in everybody";
          case "adf" -> "; lets in the addresses it has written to";
          case "apdf" -> "; lets in the ports it has written to";
          default -> "";
        };
    return table.row(peer.string("name"), "", mapping + filtering).toString();
  }

  private static String candidates(JsonObject peer) throws MalformedException {
    var table = new Table("TRIED", "KIND", "RESULT", "RTT");
    int number = 0;
    for (JsonObject one : peer.objects("candidates", MOST)) {
      String endpoint = one.optionalString("endpoint");
      String remark = one.optionalString("remark");
      String result =
          one.bool("selected")
              ? "in use"
              : remark != null
                  ? remark
                  : switch (one.string("state")) {
                    case "valid" -> "answers";
                    case "probing" -> "answers small probes so far";
                    default -> "not tried yet";
                  };
      table.row(
          endpoint == null ? "#" + ++number : endpoint,
          kind(one.string("kind")),
          result,
          one.has("rttMicros") ? Millis.text(one.integer("rttMicros")) : "");
    }
    return table.toString();
  }

  private static String kind(String kind) {
    return switch (kind) {
      case "host" -> "its interface";
      case "static" -> "configured";
      case "srflx" -> "as servers see it";
      case "prflx" -> "as heard from it";
      default -> kind;
    };
  }

  private static String changes(JsonObject peer) throws MalformedException {
    var table = new Table("AGO", "FROM", "TO", "WHY");
    for (JsonObject one : peer.objects("changes", MOST)) {
      table.row(
          one.integer("ageMillis") / 1_000 + " s",
          one.string("from"),
          one.string("to"),
          one.string("reason"));
    }
    return table.toString();
  }
}
