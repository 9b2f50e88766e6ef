package dev.adit.cli.node;

import dev.adit.net.Clock;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `adit ping PEER`: ICMP echo through the tunnel; each line says by which path the reply came.
@Command(
    name = "ping",
    mixinStandardHelpOptions = true,
    description = {
      "Sends ICMP echo requests through the tunnel and prints the round trip time and the path by",
      "which each reply came."
    })
public final class PingCommand implements Callable<Integer> {
  private static final long INTERVAL_NANOS = 1_000_000_000L;
  private static final long UNTIL_DIRECT_INTERVAL_NANOS = 200_000_000L;
  private static final long UNTIL_DIRECT_LIMIT_NANOS = 30_000_000_000L;
  private static final Duration REPLY_LIMIT = Duration.ofSeconds(2);

  @Mixin NodeOptions node = new NodeOptions();
  @Spec CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "PEER",
      description = "Name, node id or address of the peer.")
  String peer = "";

  @Option(
      names = {"-c", "--count"},
      paramLabel = "N",
      defaultValue = "4",
      description = "How many requests; default ${DEFAULT-VALUE}.")
  int count = 4;

  @Option(
      names = "--until-direct",
      description = "Go on until a reply comes by a direct path; exit 1 after 30 s without one.")
  boolean untilDirect;

  @Override
  public Integer call() throws MalformedException {
    PrintWriter out = spec.commandLine().getOut();
    AgentClient agent = node.agent();
    long start = Clock.SYSTEM.nanos();
    int replies = 0;
    for (int sent = 0; untilDirect || sent < count; sent++) {
      long began = Clock.SYSTEM.nanos();
      JsonObject reply = once(agent);
      if (reply.has("rttMicros")) {
        replies++;
        JsonObject path = reply.object("path");
        out.println(line(reply, path));
        if (untilDirect && path.string("type").equals("direct")) {
          out.flush();
          return 0;
        }
      } else {
        out.println(
            "no reply from " + reply.string("name") + " within " + REPLY_LIMIT.toSeconds() + " s");
      }
      out.flush();
      if (untilDirect && Clock.SYSTEM.nanos() - start > UNTIL_DIRECT_LIMIT_NANOS) {
        spec.commandLine().getErr().println("adit: no reply by a direct path within 30 s");
        return 1;
      }
      if (untilDirect || sent + 1 < count) {
        long interval = untilDirect ? UNTIL_DIRECT_INTERVAL_NANOS : INTERVAL_NANOS;
        LockSupport.parkNanos(interval - (Clock.SYSTEM.nanos() - began));
      }
    }
    return replies > 0 ? 0 : 1;
  }

  private JsonObject once(AgentClient agent) {
    String body =
        new JsonWriter()
            .beginObject()
            .member("peer", peer)
            .member("timeoutMs", REPLY_LIMIT.toMillis())
            .endObject()
            .toString();
    return agent.requestObject("POST", "/v1/ping", body, REPLY_LIMIT.plusSeconds(5));
  }

  private static String line(JsonObject reply, JsonObject path) throws MalformedException {
    String endpoint = path.optionalString("endpoint");
    String relay = path.optionalString("relay");
    String detail = endpoint != null ? " " + endpoint : relay != null ? " " + relay : "";
    return "reply from "
        + reply.string("name")
        + " ("
        + reply.string("address")
        + ") in "
        + Millis.text(reply.integer("rttMicros"))
        + " via "
        + path.string("type")
        + detail;
  }
}
