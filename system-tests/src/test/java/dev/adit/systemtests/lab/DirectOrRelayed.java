package dev.adit.systemtests.lab;

import dev.adit.cli.lab.Outcome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Round trips and throughput of one pair, on its direct path and by the relay.
final class DirectOrRelayed {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final int BYTES = 50_000_000;
  private static final String PORT = "5001";
  private static final Pattern MEAN_RTT = Pattern.compile("= [0-9.]+/([0-9.]+)/");

  private DirectOrRelayed() {}

  /// @param rttMicros mean of 40 pings
  /// @param megabits a second, one TCP stream of 50 MB through the tunnel
  record Figures(long rttMicros, long megabits) {}

  /// @param run of a cell whose nodes reach each other directly
  static Figures direct(CellRun run) throws IOException {
    run.join();
    run.world().becomeDirect();
    World.await(PATIENCE, "WireGuard sends by itself", run.world()::bothAreNative);
    return measure(run.world());
  }

  static Figures relayed(CellRun run) throws IOException {
    run.join("--relay-only");
    return measure(run.world());
  }

  private static Figures measure(World world) throws IOException {
    String to = world.address("r");
    try (var pings = new PingStream(world.lab, "l", to, 0.1)) {
      World.await(PATIENCE, "pings", () -> pings.answers() > 5);
    }
    Outcome ping = world.lab.exec("l", "ping", "-n", "-q", "-c", "40", "-i", "0.05", "-W", "2", to);
    Matcher mean = MEAN_RTT.matcher(ping.output());
    if (!mean.find()) {
      throw new IOException("pings were lost: " + ping.output().strip());
    }
    long nanos = transfer(world, to);
    return new Figures(
        Math.round(Double.parseDouble(mean.group(1)) * 1_000), 8_000L * BYTES / nanos);
  }

  /// The demo's transfer, by its hidden verb.
  private static long transfer(World world, String to) throws IOException {
    Process receiver = end(world, "r", "receive", to);
    Process sender = end(world, "l", "send", to);
    try (BufferedReader received = receiver.inputReader(StandardCharsets.UTF_8);
        BufferedReader sent = sender.inputReader(StandardCharsets.UTF_8);
        Writer go = sender.outputWriter(StandardCharsets.UTF_8)) {
      String ready = received.readLine() + sent.readLine();
      if (!ready.equals("readyready")) {
        throw new IOException("transfer: " + ready + "; " + world.tail("transfer"));
      }
      go.write("go\n");
      go.flush();
      String line = sent.readLine();
      if (line == null || !line.startsWith("sent ")) {
        throw new IOException("transfer: " + line + "; " + world.tail("transfer"));
      }
      return Long.parseLong(line.split(" ")[2]);
    } finally {
      sender.destroy();
      receiver.destroy();
    }
  }

  private static Process end(World world, String host, String end, String to) throws IOException {
    return world.lab.converse(
        host,
        world.log("transfer"),
        List.of(World.ADIT.toString(), "lab-transfer", end, to, PORT, Integer.toString(BYTES)));
  }
}
