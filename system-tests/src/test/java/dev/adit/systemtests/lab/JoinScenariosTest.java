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

/// From nothing to a first ping.
class JoinScenariosTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long UP_LIMIT = 1_500_000_000L;
  private static final int JOINS = 30;

  @LabScenario("two-commands")
  void oneCommandEachAndAPingIsAnswered() throws IOException {
    List<Long> times = new ArrayList<>();
    try (World world = World.withServer("portcone+v4", "portcone+v4")) {
      times.add(world.up("l"));
      times.add(world.up("r"));
      Outcome ping = world.lab.exec("r", "ping", "-n", "-c", "1", "-W", "2", world.address("l"));
      assertThat(ping.status()).as(ping.output()).isZero();

      Outcome again = world.adit("r", "up", world.key());
      assertThat(again.status()).isZero();
      assertThat(again.output()).contains("already up as ").contains(world.address("r"));

      forget(world);
      times.add(world.up("r"));
    }
    System.out.println("adit up, ms: " + PathScenariosTest.millis(times));
    assertThat(PathScenariosTest.median(times)).as("adit up").isLessThanOrEqualTo(UP_LIMIT);
  }

  /// From the exec of `adit up` on the right host to the echo reply seen on the left, thirty times.
  @LabScenario("thirty-joins")
  void thirtyJoinsAreFast() throws IOException {
    List<Long> ups = new ArrayList<>();
    List<Long> firstPings = new ArrayList<>();
    try (World world = World.withServer("portcone+v4", "portcone+v4")) {
      world.up("l");
      for (int i = 0; i < JOINS; i++) {
        String next = next(world);
        try (var pings = new PingStream(world.lab, "l", next, 0.05)) {
          long begun = Clock.SYSTEM.nanos();
          ups.add(world.up("r"));
          World.await(Duration.ofSeconds(10), "the first ping", () -> pings.firstAnswer() >= 0);
          firstPings.add(pings.firstAnswer() - begun);
        }
        assertThat(world.address("r")).isEqualTo(next);
        forget(world);
      }
    }
    System.out.println("adit up, ms: " + PathScenariosTest.millis(ups));
    System.out.println("first pings, ms: " + PathScenariosTest.millis(firstPings));
    assertThat(PathScenariosTest.median(ups)).as("adit up").isLessThanOrEqualTo(UP_LIMIT);
    assertThat(PathScenariosTest.median(firstPings)).as("median").isLessThanOrEqualTo(2 * SECOND);
    assertThat(Collections.max(firstPings)).as("slowest").isLessThanOrEqualTo(3 * SECOND);
  }

  /// The Java machine itself says what it loads. With its word that it is usable the agent's
  /// process needs `Detachment` for the first time; the log's back end may follow from then on.
  @LabScenario("nothing-needless-before-usable")
  void loadsNeitherNettyNorTheLogsBackEndBeforeTheNodeIsUsable() throws IOException {
    try (World world = World.withServer("portcone+v4", "portcone+v4")) {
      Outcome up =
          world.lab.exec(
              "l",
              "env",
              "ADIT_JAVA_OPTIONS=-Xlog:class+load:file=/run/classes.%p",
              World.ADIT.toString(),
              "up",
              world.key());
      assertThat(up.status()).as(up.output()).isZero();
      String loaded = agentsClasses(world.lab.run("l"));
      int usable = loaded.indexOf(" dev.adit.net.linux.Detachment ");
      assertThat(usable).as("the agent's word that it is usable").isPositive();
      assertThat(loaded.substring(0, usable))
          .contains(" dev.adit.agent.Agent ")
          .doesNotContain(" ch.qos.logback.", " io.netty.");
    }
  }

  private static String agentsClasses(Path folder) throws IOException {
    try (var files = Files.newDirectoryStream(folder, "classes.*")) {
      for (Path file : files) {
        String text = Files.readString(file);
        if (text.contains(" dev.adit.agent.Agent ")) { // not that of the command line
          return text;
        }
      }
    }
    throw new AssertionError("the agent left no list of its classes");
  }

  /// The coordinator gives the lowest free address; released ones rest, so each join takes the
  /// next.
  private static String next(World world) throws IOException {
    int highest = 0;
    String prefix = "";
    for (JsonObject node : ListedNodes.of(world)) {
      String address = ipv4(node);
      int dot = address.lastIndexOf('.');
      prefix = address.substring(0, dot + 1);
      highest = Math.max(highest, Integer.parseInt(address.substring(dot + 1)));
    }
    return prefix + (highest + 1);
  }

  private static String ipv4(JsonObject node) {
    try {
      return node.strings("addresses", 10).stream()
          .filter(address -> address.contains("."))
          .findFirst()
          .orElseThrow();
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  /// The right host becomes a machine that was never here.
  private static void forget(World world) throws IOException {
    assertThat(world.adit("r", "down").status()).isZero();
    Path state = world.lab.lib("r").resolve("adit");
    try (var files = Files.newDirectoryStream(state)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }
}
