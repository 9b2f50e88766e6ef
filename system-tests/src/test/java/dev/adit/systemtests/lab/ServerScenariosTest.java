package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Outcome;
import dev.adit.net.Clock;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Joining, and a server that comes and goes.
class ServerScenariosTest {
  private static final long SECOND = 1_000_000_000L;
  private static final int JOINS = 30;

  @LabScenario("two-commands")
  void oneCommandEachAndAPingIsAnswered() throws IOException {
    try (World world = World.withServer("portcone+v4", "portcone+v4")) {
      long left = world.up("l");
      long right = world.up("r");
      System.out.printf("adit up took %d ms and %d ms%n", left / 1_000_000, right / 1_000_000);
      Outcome ping = world.lab.exec("r", "ping", "-n", "-c", "1", "-W", "2", world.address("l"));
      assertThat(ping.status()).as(ping.output()).isZero();
      assertThat(left).as("adit up").isLessThanOrEqualTo(1_500_000_000L);
      assertThat(right).as("adit up").isLessThanOrEqualTo(1_500_000_000L);

      Outcome again = world.adit("r", "up", world.key());
      assertThat(again.status()).isZero();
      assertThat(again.output()).contains("already up as ").contains(world.address("r"));
    }
  }

  /// From the exec of `adit up` on the right host to the echo reply seen on the left, thirty times.
  @LabScenario("thirty-joins")
  void thirtyJoinsAreFast() throws IOException {
    List<Long> times = new ArrayList<>();
    try (World world = World.withServer("portcone+v4", "portcone+v4")) {
      world.up("l");
      for (int i = 0; i < JOINS; i++) {
        String next = next(world);
        try (var pings = new PingStream(world.lab, "l", next, 0.05)) {
          long begun = Clock.SYSTEM.nanos();
          world.up("r");
          World.await(Duration.ofSeconds(10), "the first ping", () -> pings.firstAnswer() >= 0);
          long first = pings.firstAnswer();
          times.add(first - begun);
        }
        assertThat(world.address("r")).isEqualTo(next);
        forget(world);
      }
    }
    System.out.println("joins, ms: " + PathScenariosTest.millis(times));
    assertThat(PathScenariosTest.median(times)).as("median").isLessThanOrEqualTo(2 * SECOND);
    assertThat(Collections.max(times)).as("slowest").isLessThanOrEqualTo(3 * SECOND);
  }

  /// The coordinator gives the lowest free address; released ones rest, so each join takes the
  /// next.
  private static String next(World world) throws IOException {
    int highest = 0;
    String prefix = "";
    for (JsonObject node : ListedNodes.of(world)) {
      String address = ListedNodes.ipv4(node);
      int dot = address.lastIndexOf('.');
      prefix = address.substring(0, dot + 1);
      highest = Math.max(highest, Integer.parseInt(address.substring(dot + 1)));
    }
    return prefix + (highest + 1);
  }

  /// The right host becomes a machine that was never here.
  private static void forget(World world) throws IOException {
    assertThat(world.adit("r", "down").status()).isZero();
    Path state = world.lab.lib("r").resolve("adit");
    for (String file :
        List.of("machine.key", "node.key", "coordinator.json", "map.json", "loopback.json")) {
      Files.deleteIfExists(state.resolve(file));
    }
  }

  @LabScenario("server-restart")
  void aRestartedServerKeepsEverythingAndAgentsComeBack() throws IOException {
    try (World world = World.joined("portcone+v4", "portcone+v4")) {
      List<String> before = ListedNodes.identities(world);
      String key = world.key();
      world.stopServer();
      world.serve();
      long up = Clock.SYSTEM.nanos();
      World.await(
          Duration.ofSeconds(20),
          "both agents are connected",
          () -> connected(world, "l") && connected(world, "r"));
      long took = Clock.SYSTEM.nanos() - up;
      System.out.printf("agents back after %d ms%n", took / 1_000_000);
      assertThat(took).isLessThanOrEqualTo(5 * SECOND);
      assertThat(ListedNodes.identities(world)).isEqualTo(before);
      assertThat(world.key()).isEqualTo(key);
    }
  }

  private static boolean connected(World world, String host) {
    try {
      return world.status(host).object("coordinator").bool("connected");
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  @LabScenario("server-away-direct")
  void aDirectPairLosesNoPingWhileTheServerIsAwayForAMinute() throws Exception {
    try (World world = World.joined("portcone+v4", "portcone+v4")) {
      world.becomeDirect();
      losesNothingFor(world, Duration.ofSeconds(60));
    }
  }

  private static void losesNothingFor(World world, Duration away) throws Exception {
    int count = (int) away.toSeconds() * 10 + 40;
    try (var pings =
        new PingStream(
            world.lab, "l", world.address("r"), 0.1, "-c", Integer.toString(count), "-W", "3")) {
      World.await(Duration.ofSeconds(10), "pings", () -> pings.answers() > 10);
      world.stopServer();
      pings.awaitEnd();
      System.out.printf("%d of %d answered, lost %s%n", pings.answers(), count, pings.lost());
      assertThat(pings.answers()).isEqualTo(count);
    }
  }
}
