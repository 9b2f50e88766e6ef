package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.net.Clock;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// A server that comes and goes.
class ServerScenariosTest {
  private static final long SECOND = 1_000_000_000L;

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
      var _ = losesNothingFor(world, Duration.ofMinutes(1));
    }
  }

  /// @return how many pings were answered: all
  static int losesNothingFor(World world, Duration away) throws Exception {
    int count = (int) away.toSeconds() * 10 + 40;
    try (var pings =
        new PingStream(
            world.lab, "l", world.address("r"), 0.1, "-c", Integer.toString(count), "-W", "3")) {
      World.await(Duration.ofSeconds(10), "pings", () -> pings.answers() > 10);
      world.stopServer();
      pings.awaitEnd();
      System.out.printf("%d of %d answered, lost %s%n", pings.answers(), count, pings.lost());
      assertThat(pings.answers()).isEqualTo(count);
      return count;
    }
  }
}
