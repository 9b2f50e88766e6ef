package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What can go wrong with the hosts of a [World], one method each.
final class Disturbances {
  static final String AGENT = "dev.adit.cli.node.StartedAgent";
  static final String WIREGUARD = "wireguard-go";
  private static final String SERVER = "serve";

  private final World world;

  Disturbances(World world) {
    this.world = world;
  }

  /// No UDP through the gateway of a side.
  Disturbance udpBlocked(String side) {
    return knobs("no UDP at " + side, side, "block-udp", "unblock-udp");
  }

  /// No UDP between a side and the others.
  Disturbance peersBlocked(String side) {
    return knobs("no UDP between " + side + " and others", side, "block-peer", "unblock-peer");
  }

  Disturbance oneWayBlocked(String side) {
    return knobs("no UDP from " + side + " to others", side, "block-oneway", "unblock-oneway");
  }

  private Disturbance knobs(String name, String side, String begin, String end) {
    return Disturbance.lasting(
        name, () -> world.lab.turn(side, begin), () -> world.lab.turn(side, end));
  }

  /// The NAT of a side forgets all its mappings.
  Disturbance rebound(String side) {
    return Disturbance.atOnce("NAT rebound at " + side, () -> world.lab.turn(side, "rebind"));
  }

  /// The host's cable is out.
  Disturbance linkDown(String host) throws IOException {
    String gateway = gateway(host);
    return Disturbance.lasting(
        "link down on " + host,
        () -> ip(host, "link set eth0 down"),
        () -> {
          ip(host, "link set eth0 up");
          ip(host, "route replace default via " + gateway);
        });
  }

  /// The host has another address on its network, as after a new lease.
  Disturbance renumbered(String host, String from, String to) throws IOException {
    String gateway = gateway(host);
    return Disturbance.atOnce(
        "renumbered " + host,
        () -> {
          ip(host, "address del " + from + "/24 dev eth0");
          ip(host, "address add " + to + "/24 dev eth0");
          ip(host, "route replace default via " + gateway);
        });
  }

  private String gateway(String host) throws IOException {
    String[] route =
        Outcome.mustSucceed(
                List.of("ip", "-n", world.lab.namespace(host), "route", "show", "default"))
            .split(" ");
    return route[2]; // default via GATEWAY
  }

  private void ip(String host, String arguments) throws IOException {
    List<String> words = new ArrayList<>(List.of("ip", "-n", world.lab.namespace(host)));
    words.addAll(List.of(arguments.split(" ")));
    var _ = Outcome.mustSucceed(words);
  }

  /// The agent does not run for a while, as on a laptop that sleeps.
  Disturbance suspended(String host) {
    return Disturbance.lasting(
        "agent suspended on " + host, () -> signal(host, "-STOP"), () -> signal(host, "-CONT"));
  }

  private void signal(String host, String signal) throws IOException {
    long pid = world.processes(host, AGENT).getFirst().pid();
    var _ = Outcome.mustSucceed(List.of("kill", signal, Long.toString(pid)));
  }

  /// @param start what the user would type
  Disturbance agentKilled(String host, Disturbance.Step start) {
    return Disturbance.lasting("agent killed on " + host, () -> world.kill(host, AGENT), start);
  }

  Disturbance wireGuardKilled(String host) {
    return Disturbance.atOnce("wireguard-go killed on " + host, () -> world.kill(host, WIREGUARD));
  }

  /// The coordinator's process, with its relay and STUN.
  Disturbance serverKilled() {
    return Disturbance.lasting("server killed", () -> world.kill("srv", SERVER), world::serve);
  }

  /// @param file what the programs of the host read their clock's error from, see [FakeClock]
  Disturbance clockJumps(String host, Path file, String error) {
    return Disturbance.lasting(
        "clock of " + host + " is " + error + " wrong",
        () -> Files.writeString(file, error + "\n"),
        () -> Files.writeString(file, "+0\n"));
  }

  static void assertRuns(World world, String host) throws IOException {
    assertThat(world.processes(host, AGENT)).as("agents on " + host).hasSize(1);
    assertThat(world.processes(host, WIREGUARD)).as("wireguard-go on " + host).hasSize(1);
  }
}
