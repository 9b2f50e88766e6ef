package dev.adit.cli.node;

import dev.adit.cli.Times;
import dev.adit.cli.output.OutputOption;
import dev.adit.cli.output.Table;
import dev.adit.cli.output.Terminal;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `adit status`: this node, its coordinator, and how each peer is reached.
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Shows this node, its coordinator, and how each peer is reached.")
public final class StatusCommand implements Callable<Integer> {
  private static final int MAX_NOTES = 1_000;

  @Mixin NodeOptions node = new NodeOptions();
  @Mixin OutputOption output = new OutputOption();
  @Spec CommandSpec spec;

  @Option(
      names = {"-w", "--watch"},
      description = {
        "Go on until Ctrl-C: once a second in place on a terminal; otherwise, and with -o json (one line"
            + " each) or yaml, whenever more has changed than byte counts and round trip times."
      })
  boolean watch;

  @Option(
      names = "--changes",
      description =
          "Instead, the last 256 peers that the coordinator added, changed or removed, and when.")
  boolean changes;

  @Override
  public Integer call() throws MalformedException {
    if (changes) {
      String answer = node.agent().request("GET", "/v1/changes", "", Duration.ofSeconds(10));
      output.print(spec.commandLine().getOut(), answer, StatusCommand::changesTable);
    } else if (watch) {
      boolean inPlace = Terminal.isStandardOutput() && output.format() == OutputOption.Format.TABLE;
      new StatusWatch(spec.commandLine().getOut(), output.format(), inPlace)
          .run(this::status, StatusWatch::pause);
    } else {
      output.print(spec.commandLine().getOut(), status(), StatusCommand::table);
    }
    return 0;
  }

  private String status() {
    return node.agent().request("GET", "/v1/status", "", Duration.ofSeconds(10));
  }

  private static String changesTable(JsonObject answer) throws MalformedException {
    var table = new Table("WHEN", "PEER", "WHAT");
    for (JsonObject change : answer.objects("changes", MAX_NOTES)) {
      table.row(Times.text(change.integer("at")), change.string("name"), change.string("what"));
    }
    return table.toString();
  }

  static String table(JsonObject status) throws MalformedException {
    var text = new StringBuilder();
    JsonObject self = status.object("self");
    text.append(self.string("name")).append("  ").append(joined(self.strings("addresses", 64)));
    text.append("  network ").append(self.string("network")).append('\n');
    JsonObject data = status.object("data");
    String why = data.optionalString("remark");
    if (why != null) {
      text.append(data.string("mode")).append(" mode: ").append(why).append('\n');
    }
    JsonObject coordinator = status.object("coordinator");
    text.append("coordinator ").append(coordinator.string("url"));
    text.append(coordinator.bool("connected") ? ", connected" : ", not connected").append('\n');
    String remark = coordinator.optionalString("remark");
    if (remark != null) {
      text.append(remark).append('\n');
    }
    for (String note : status.strings("notes", MAX_NOTES)) {
      text.append("note: ").append(note).append('\n');
    }
    List<JsonObject> peers = status.objects("peers", 100_000);
    if (peers.isEmpty()) {
      return text.append("no peers yet; another machine joins with: adit up KEY\n").toString();
    }
    var table = new Table("PEER", "ADDRESSES", "PATH", "RTT", "RECEIVED", "SENT", "MTU");
    for (JsonObject peer : peers) {
      JsonObject path = peer.object("path");
      String how = path.string("type");
      String endpoint = path.optionalString("endpoint");
      String relay = path.optionalString("relay");
      table.row(
          peer.string("name"),
          joined(peer.strings("addresses", 64)),
          endpoint != null ? how + " " + endpoint : relay != null ? how + " " + relay : how,
          peer.has("rttMs") ? Millis.text(peer.thousandths("rttMs")) : "-",
          bytes(peer.integer("rxBytes")),
          bytes(peer.integer("txBytes")),
          mtu(path));
    }
    return text.append(table).toString();
  }

  /// With the reason where a direct path carries less than it might.
  private static String mtu(JsonObject path) throws MalformedException {
    String mtu = Long.toString(path.integer("mtu"));
    String why = path.optionalString("mtuRemark");
    return why == null || !path.string("type").equals("direct") ? mtu : mtu + ": " + why;
  }

  private static String joined(List<String> words) {
    return words.isEmpty() ? "-" : String.join(" ", words);
  }

  static String bytes(long count) {
    if (count < 10_000) {
      return count + " B";
    }
    return count < 10_000_000 ? count / 1_000 + " kB" : count / 1_000_000 + " MB";
  }
}
