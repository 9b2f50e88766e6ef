package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Lab;
import dev.adit.cli.lab.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// The programs that may be the WireGuard of a node: the `wireguard-go` of the distribution, the
/// current one, and boringtun. The kernel's has [KernelScenariosTest].
class BackEndsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final Path BIN = Path.of("..", "bin").toAbsolutePath().normalize();

  @LabScenario("distributions-wireguard-go")
  void drivesTheDistributionsWireGuardGo() throws Exception {
    drives("/usr/bin/wireguard-go", "wireguard-go 0.0.", World::bothAreNative);
  }

  @LabScenario("current-wireguard-go")
  void drivesTheCurrentWireGuardGo() throws Exception {
    drives(built("wireguard-go-current"), "wireguard-go", World::bothAreNative);
  }

  @LabScenario("boringtun")
  void drivesBoringtun() throws Exception {
    // It cannot move endpoints, so every packet passes the agent.
    drives(
        built("boringtun-current"),
        "boringtun 0.7.1",
        world ->
            world.data("l", "mode").equals("mux")
                && world.data("r", "remark").contains("boringtun")
                && world.bothSay("direct"));
  }

  private static String built(String script) throws IOException {
    // Progress comes first.
    return Outcome.mustSucceed(List.of(BIN.resolve(script).toString())).lines().toList().getLast();
  }

  /// The suite, and then an agent's whole way: by the relay, direct without a lost ping, back to
  /// the relay, direct again.
  private static void drives(String program, String description, Predicate<World> isBest)
      throws Exception {
    try (Lab lab = Lab.up("direct+v4", "direct+v4")) {
      List<String> suite = new ArrayList<>(SwarmProcess.java(ProgramDevices.class));
      suite.add(program);
      Outcome outcome = lab.exec("l", suite.toArray(String[]::new));
      assertThat(outcome.status()).as(outcome.output()).isZero();
    }
    try (World world = World.withServer("portcone+v4", "portcone+v4")) {
      world.up("l", "--wireguard-go=" + program);
      world.up("r", "--wireguard-go=" + program);
      world.awaitPeers();
      assertThat(world.data("l", "wireGuard")).startsWith(description);
      upgrade(world, isBest);
      demotion(world, isBest);
    }
  }

  private static void upgrade(World world, Predicate<World> isBest) throws Exception {
    world.lab.turn("l", "block-peer");
    try (var pings = new PingStream(world.lab, "l", world.address("r"), 0.05, "-c", "200")) {
      World.await(PATIENCE, "pings by the relay", () -> pings.answers() > 20);
      world.lab.turn("l", "unblock-peer");
      World.await(PATIENCE, "the best path", () -> isBest.test(world));
      pings.awaitEnd();
      assertThat(pings.lost()).isEmpty();
    }
  }

  private static void demotion(World world, Predicate<World> isBest) throws IOException {
    try (var pings = new PingStream(world.lab, "l", world.address("r"), 0.1)) {
      World.await(PATIENCE, "pings", () -> pings.answers() > 5);
      world.lab.turn("r", "block-oneway");
      World.await(PATIENCE, "both use the relay", () -> world.bothSay("derp"));
      int relayed = pings.answers();
      World.await(PATIENCE, "pings by the relay", () -> pings.answers() > relayed + 20);
      world.lab.turn("r", "unblock-oneway");
      World.await(PATIENCE, "the best path again", () -> isBest.test(world));
    }
  }
}
