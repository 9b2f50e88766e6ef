package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Outcome;
import dev.adit.systemtests.swarm.ActivePeers;
import dev.adit.systemtests.swarm.Pulse;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// How much memory an agent has in use with a hundred idle peers, and how much processor time it
/// takes with two hundred active ones: each has a direct path in native mode, and a packet a second
/// goes to it and comes back (nat-traversal T-13). Run by `bench/agent`, which says what the limits
/// are.
///
/// The agent and its `wireguard-go` are real; the peers are [ActivePeers], all in one process.
public final class AgentRun {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int IDLE = 100;
  private static final int ACTIVE = 200;
  private static final double MOST_MEBIBYTES = 100;
  private static final double MOST_OF_A_CORE = 0.05;
  private static final int ECHO_PORT = 7;
  private static final double MEBIBYTE = 1024 * 1024;

  private final World world;
  private final Duration rest;
  private final Duration measured;
  private final Vitals agent;
  private final Vitals wireGuard;
  private boolean isEnough = true;

  private AgentRun(World world, Duration rest, Duration measured) throws IOException {
    this.world = world;
    this.rest = rest;
    this.measured = measured;
    agent = new Vitals(world.processes("l", Disturbances.AGENT).getFirst());
    wireGuard = new Vitals(world.processes("l", "wireguard-go").getFirst());
  }

  /// @param arguments seconds of rest before each measurement, seconds of the measurement
  public static void main(String[] arguments) throws Exception {
    Duration rest = Duration.ofSeconds(Integer.parseInt(arguments[0]));
    Duration measured = Duration.ofSeconds(Integer.parseInt(arguments[1]));
    boolean isEnough;
    try (World world = World.withServer("direct+v4", "direct+v4")) {
      String key = world.reusableKey(ACTIVE + 1);
      Outcome up = world.adit("l", "up", key, "--mode=native");
      assertThat(up.status()).as(() -> up.output() + world.agentLog("l")).isZero();
      var run = new AgentRun(world, rest, measured);
      System.out.printf(
          "%-46s %9s %7s %6s%n", "one agent, native mode", "figure", "limit", "ratio");
      try (var idle = run.peers(key, 0, IDLE)) {
        run.measureIdle();
        try (var more = run.peers(key, IDLE, ACTIVE - IDLE)) {
          run.measureActive(idle, more);
        }
      }
      isEnough = run.isEnough;
    }
    System.exit(isEnough ? 0 : 1);
  }

  private SwarmProcess peers(String key, int first, int count) throws IOException {
    var peers =
        SwarmProcess.start(
            world,
            "r",
            "from-" + first,
            ActivePeers.class,
            List.of(
                key,
                Integer.toString(first),
                Integer.toString(count),
                "p-",
                world.lab.address("R_HOST4")));
    peers.awaitUp(count, PATIENCE);
    World.await(PATIENCE, "the agent knows them", () -> peers(false) == first + count);
    return peers;
  }

  /// How many peers the agent has.
  ///
  /// @param isNative only those to which its WireGuard sends by itself
  private int peers(boolean isNative) {
    try {
      int peers = 0;
      for (JsonObject peer : world.status("l").objects("peers", 1_000)) {
        peers += !isNative || peer.object("path").bool("native") ? 1 : 0;
      }
      return peers;
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  private void measureIdle() throws IOException {
    World.pass(rest);
    double before = agent.cpuSeconds();
    ProcessorTime machine = ProcessorTime.now();
    World.pass(measured);
    double share = (agent.cpuSeconds() - before) / measured.toSeconds();
    say(IDLE + " idle peers: resident, MiB", agent.residentBytes() / MEBIBYTE, MOST_MEBIBYTES);
    say("  of wireguard-go, MiB", wireGuard.residentBytes() / MEBIBYTE, 0);
    say("  processor time, % of a core", 100 * share, 0);
    sayMachine(machine);
  }

  private void measureActive(SwarmProcess first, SwarmProcess second) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(Integer.toString(ECHO_PORT)));
    arguments.addAll(first.said("address"));
    arguments.addAll(second.said("address"));
    try (var pulse = SwarmProcess.start(world, "l", "pulse", Pulse.class, arguments)) {
      World.await(PATIENCE, () -> peers(true) + " peers are native", () -> peers(true) == ACTIVE);
      World.pass(rest);
      long sent = pulse.counted("sent");
      long answered = pulse.counted("answered");
      double before = agent.cpuSeconds();
      double tunnel = wireGuard.cpuSeconds();
      ProcessorTime machine = ProcessorTime.now();
      World.pass(measured);
      double share = (agent.cpuSeconds() - before) / measured.toSeconds();
      double tunnels = (wireGuard.cpuSeconds() - tunnel) / measured.toSeconds();
      double answers =
          1.0 * (pulse.counted("answered") - answered) / (pulse.counted("sent") - sent);
      say(ACTIVE + " active peers: processor time, % of a core", 100 * share, 100 * MOST_OF_A_CORE);
      say("  of wireguard-go, % of a core", 100 * tunnels, 0);
      say("  resident, MiB", agent.residentBytes() / MEBIBYTE, 0);
      sayMachine(machine);
      System.out.printf(
          "  packets answered: %.1f %%; native here %d, direct there %d%n",
          100 * answers, peers(true), first.counted("direct") + second.counted("direct"));
      assertThat(answers).as("the peers were active").isGreaterThan(0.98);
    }
  }

  /// @param limit 0: none
  private void say(String what, double figure, double limit) {
    if (limit == 0) {
      System.out.printf("%-46s %9.1f%n", what, figure);
      return;
    }
    boolean isShort = figure > limit;
    isEnough &= !isShort;
    System.out.printf(
        "%-46s %9.1f %7.1f %6.2f %s%n",
        what, figure, limit, figure / limit, isShort ? "SHORT" : "ok");
  }

  private static void sayMachine(ProcessorTime before) throws IOException {
    ProcessorTime took = ProcessorTime.now().since(before);
    System.out.printf(
        "  meanwhile the machine was idle for %d %%, %d %% were stolen%n",
        took.idlePercent(), took.stolenPercent());
  }
}
