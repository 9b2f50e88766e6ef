package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Counters.Place;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.time.Duration;

/// One relay of two is ended as an operator would, while two agents are connected only by relays.
///
///     l ── lgw (no UDP) ──┐        ┌── (no UDP) rgw ── r
///                         ├─ inet ─┤
///                         └─ srv ──┘   adit serve --no-derp; adit relay one, two: a mesh
class RelayDrainTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration REST = Duration.ofSeconds(3);
  private static final double INTERVAL = 0.05;

  @LabScenario("relay-of-two-drained")
  void agentsLoseNoPingWhileOneRelayOfTwoIsDrained() throws Exception {
    try (World world = World.empty("udpblock+v4", "udpblock+v4")) {
      world.serve("--no-derp", "--listen=" + world.lab.address("SRV4") + ":443");
      RelayRegion region = RelayRegion.start(world);
      world.up("l");
      world.up("r");
      world.awaitPeers();
      awaitAnswer(world);

      String first = homeOf(world, "l");
      assertThat(homeOf(world, "r")).as("everybody's home").isEqualTo(first);
      String second = RelayRegion.other(first);
      losesNothing(world, region, first, "both live there");
      assertThat(homeOf(world, "l")).isEqualTo(second);
      assertThat(homeOf(world, "r")).isEqualTo(second);

      region.startAgain(first);
      losesNothing(world, region, second, "both live there, and the other one is back");
      assertThat(homeOf(world, "l")).isEqualTo(first);

      region.startAgain(second);
      losesNothing(world, region, first, "again");
      region.startAgain(first);
      restart(world, "r");
      assertThat(homeOf(world, "l")).isEqualTo(second);
      awaitAnswer(world);
      losesNothing(world, region, second, "r has come anew");
      assertThat(homeOf(world, "l")).isEqualTo(first);
      assertThat(world.lab.counters().count(Place.CORE, "l", "r", "udp").packets()).isZero();
    }
  }

  /// A new agent chooses its home anew, while the other one stays where it is.
  private static void restart(World world, String host) throws IOException {
    world.adit(host, "down");
    world.up(host);
  }

  /// WireGuard's handshake is over, and what it has cost is not counted.
  private static void awaitAnswer(World world) throws IOException {
    try (var pings = new PingStream(world.lab, "l", world.address("r"), INTERVAL)) {
      World.await(PATIENCE, "an answer", () -> pings.answers() > 0);
    }
  }

  /// 20 pings a second through the tunnel, from before the signal until after the relay has gone.
  private static void losesNothing(World world, RelayRegion region, String drained, String what)
      throws Exception {
    try (var pings = new PingStream(world.lab, "l", world.address("r"), INTERVAL)) {
      World.await(PATIENCE, "pings", () -> pings.answers() > 20);
      region.drain(drained);
      World.pass(REST);
      System.out.printf(
          "relay %s drained, %s: %d pings answered, lost %s%n",
          drained, what, pings.answers(), pings.lost());
      assertThat(pings.lost()).as(what).isEmpty();
    }
    assertThat(world.bothSay("derp")).isTrue();
  }

  /// Where the others find this node: the relay by which its peer reaches it.
  private static String homeOf(World world, String host) {
    try {
      return world
          .status(host.equals("l") ? "r" : "l")
          .objects("peers", 10)
          .getFirst()
          .object("path")
          .string("relay");
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }
}
