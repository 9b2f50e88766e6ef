package dev.adit.systemtests.swarm;

import dev.adit.wire.IpAddress;
import dev.adit.wire.control.JoinKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/// A process of many [SimulatedAgent]s.
///
///     Swarm KEY COUNT NAME SPREAD_MS
///
/// What happens is a line of standard output, `NAME-NUMBER what`. On standard input it takes
/// `presence [SPREAD_MS]` (each tells a new address), `restart SPREAD_MS` (each comes back as a new
/// process), `watch NUMBER` (each watches so many of the others), `counts` (answered by one line,
/// `counts up N maps N deltas N currents N presences-most N presences-all N`), `zero` (of the
/// counts), `replay NUMBER` (the first agent's first message again, so often), `quit`. It ends with
/// its input.
public final class Swarm {
  private final List<SimulatedAgent> agents = new ArrayList<>();
  private final JoinKey key;
  private final PrintStream out;

  private Swarm(JoinKey key, PrintStream out) {
    this.key = key;
    this.out = out;
  }

  public static void main(String[] arguments) throws Exception {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    var swarm = new Swarm(JoinKey.parse(arguments[0]), out);
    swarm.begin(Integer.parseInt(arguments[1]), arguments[2], Long.parseLong(arguments[3]));
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      swarm.command(line.split(" "));
    }
    System.exit(0);
  }

  private void begin(int count, String name, long spreadMillis) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      agents.add(new SimulatedAgent(name + "-" + i, key, this::say));
    }
    spread(spreadMillis, agent -> Thread.ofVirtual().start(agent));
  }

  private void say(SimulatedAgent agent, String what) {
    out.println(agent.name + " " + what);
  }

  private interface Action {
    void on(SimulatedAgent agent) throws IOException;
  }

  private void spread(long millis, Action action) throws InterruptedException {
    long begun = System.nanoTime();
    for (int i = 0; i < agents.size(); i++) {
      long at = begun + millis * 1_000_000 * i / agents.size();
      long wait = (at - System.nanoTime()) / 1_000_000;
      if (wait > 0) {
        Thread.sleep(wait);
      }
      try {
        action.on(agents.get(i));
      } catch (IOException e) {
        say(agents.get(i), "failed " + e.getMessage());
      }
    }
  }

  private void command(String[] words) throws Exception {
    long number = words.length > 1 ? Long.parseLong(words[1]) : 0;
    switch (words[0]) {
      case "presence" -> spread(number, agent -> agent.tellPresence(somewhere()));
      case "restart" -> spread(number, SimulatedAgent::restart);
      case "watch" -> spread(0, agent -> agent.watch(others(agent, (int) number)));
      case "counts" -> counts();
      case "zero" -> agents.forEach(Swarm::zero);
      case "replay" -> out.println(Replay.run(key, agents.getFirst(), (int) number));
      case "quit" -> System.exit(0);
      default -> throw new IllegalArgumentException(words[0]);
    }
    if (!words[0].equals("counts")) {
      out.println("done " + words[0]);
    }
  }

  private static IpAddress somewhere() {
    byte[] address = {10, 1, 0, 0};
    address[2] = (byte) ThreadLocalRandom.current().nextInt(256);
    address[3] = (byte) ThreadLocalRandom.current().nextInt(256);
    return IpAddress.of(address);
  }

  private List<UUID> others(SimulatedAgent agent, int number) {
    return agents.stream()
        .map(SimulatedAgent::node)
        .filter(Objects::nonNull)
        .filter(node -> !node.equals(agent.node()))
        .limit(number)
        .toList();
  }

  private static void zero(SimulatedAgent agent) {
    agent.counts.maps.set(0);
    agent.counts.deltas.set(0);
    agent.counts.currents.set(0);
    agent.counts.presences.set(0);
    agent.counts.presentNodes.set(0);
  }

  private void counts() {
    long up = 0;
    long maps = 0;
    long deltas = 0;
    long currents = 0;
    long presences = 0;
    int most = 0;
    for (SimulatedAgent agent : agents) {
      up += agent.isUp() ? 1 : 0;
      maps += agent.counts.maps.get();
      deltas += agent.counts.deltas.get();
      currents += agent.counts.currents.get();
      presences += agent.counts.presences.get();
      most = Math.max(most, agent.counts.presences.get());
    }
    out.println(
        "counts up "
            + up
            + " maps "
            + maps
            + " deltas "
            + deltas
            + " currents "
            + currents
            + " presences-most "
            + most
            + " presences-all "
            + presences);
  }
}
