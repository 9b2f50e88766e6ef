package dev.adit.systemtests.lab;

import dev.adit.net.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// The network changes under a running agent: how long its peer is away (nat-traversal §5.5). Each
/// for a direct pair and for one that has only the relay.
class NetworkChangesTest {
  private static final long SECOND = 1_000_000_000L;
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  /// T-9.
  @LabScenario("nat-rebound")
  void aNatThatForgetsItsMappingsCostsSeconds() throws IOException {
    for (Pair pair : Pair.values()) {
      try (World world = pair.joined()) {
        for (String side : List.of("l", "r")) {
          var rebound = new Disturbances(world).rebound(side);
          assertBack(world, pair, rebound, Duration.ZERO, 5 * SECOND);
        }
      }
    }
  }

  /// T-7, after link up.
  @LabScenario("link-down-and-up")
  void aLinkThatIsUpAgainIsUsedWithinThreeSeconds() throws IOException {
    for (Pair pair : Pair.values()) {
      try (World world = pair.joined()) {
        var down = new Disturbances(world).linkDown("l");
        assertBack(world, pair, down, Duration.ofSeconds(6), 3 * SECOND);
      }
    }
  }

  /// T-10.
  @LabScenario("renumbered")
  void aHostWithAnotherAddressIsBackWithinThreeSeconds() throws IOException {
    for (Pair pair : Pair.values()) {
      try (World world = pair.joined()) {
        UpToThree.assertMedian(
            pair + ", renumbered, back after",
            3 * SECOND,
            run -> {
              String from = "192.168.1.1" + run; // the lab begins with .10
              String to = "192.168.1.1" + (run + 1);
              var renumbered = new Disturbances(world).renumbered("l", from, to);
              return gap(world, renumbered, Duration.ZERO);
            });
      }
    }
  }

  /// What a laptop's sleep is to a program.
  @LabScenario("suspended")
  void anAgentThatWasStoppedIsBackWithinThreeSeconds() throws IOException {
    for (Pair pair : Pair.values()) {
      try (World world = pair.joined()) {
        var suspended = new Disturbances(world).suspended("l");
        assertBack(world, pair, suspended, Duration.ofSeconds(8), 3 * SECOND);
      }
    }
  }

  private enum Pair {
    DIRECT("portcone+shift+v4", "portcone+v4"),
    RELAYED("sym+v4", "sym+v4");

    private final String left;
    private final String right;

    Pair(String left, String right) {
      this.left = left;
      this.right = right;
    }

    World joined() throws IOException {
      World world = World.joined(left, right);
      if (this == DIRECT) {
        world.becomeDirect();
      }
      return world;
    }
  }

  private static void assertBack(
      World world, Pair pair, Disturbance what, Duration time, long limit) throws IOException {
    UpToThree.assertMedian(
        pair + ", " + what.name() + ", back after", limit, run -> gap(world, what, time));
  }

  /// The longest time without an answer between the end of it and ten seconds later.
  private static long gap(World world, Disturbance what, Duration time) throws IOException {
    try (var pings = new PingStream(world.lab, "l", world.address("r"), 0.1)) {
      World.await(PATIENCE, "pings", () -> pings.answers() > 10);
      what.begin().run();
      World.pass(time);
      long ended = Clock.SYSTEM.nanos();
      what.end().run();
      World.pass(Duration.ofSeconds(10));
      return pings.longestGapSince(ended);
    }
  }
}
