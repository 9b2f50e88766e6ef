package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.agent.DataMode;
import dev.adit.cli.lab.Outcome;
import dev.adit.net.Clock;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// How large packets inside the tunnel may be, by what the way between two nodes carries.
///
///     l ── lgw ══ 1500, 1492, 1400 or 1300 ══ inet ── rgw ── r
class PathMtuTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long MILLISECOND = 1_000_000;
  private static final int IPV4_AND_ICMP = 28;
  private static final int IPV6_AND_ICMP = 48;

  /// What a link of this MTU leaves for packets inside the tunnel; 0: the path is not used.
  private record Link(int mtu, int inside) {}

  @LabScenario("mtu-follows-path")
  void isWhatTheLinksOnTheWayCarry() throws IOException {
    try (World world = World.joinedIn(DataMode.NATIVE, "portcone+v4", "portcone+v4")) {
      follows(
          world,
          IPV4_AND_ICMP,
          List.of(
              new Link(1500, 1420),
              new Link(1492, 1420),
              new Link(1470, 1380),
              new Link(1400, 1280),
              new Link(1300, 0)));
    }
  }

  @LabScenario("mux-mtu-follows-path-v6")
  void isWhatTheLinksOnTheWayCarryInMuxMode() throws IOException {
    try (World world = World.joinedIn(DataMode.MUX, "fw+v6", "fw+v6")) {
      follows(
          world,
          IPV6_AND_ICMP,
          List.of(
              new Link(1500, 1420), new Link(1492, 1380), new Link(1400, 1280), new Link(1300, 0)));
    }
  }

  /// Each time by a path that was lost and found again: a link's MTU is seldom changed in use.
  private static void follows(World world, int headers, List<Link> links) throws IOException {
    String right = world.address("r");
    try (var _ = new PingStream(world.lab, "l", right, 0.1)) {
      for (Link link : links) {
        world.lab.turn("l", "block-peer");
        World.await(PATIENCE, "the relay", () -> world.bothSay("derp"));
        assertThat(world.mtu("l")).isEqualTo(1280);
        world.lab.turn("l", "mtu", Integer.toString(link.mtu));
        world.lab.turn("l", "unblock-peer");
        long begun = Clock.SYSTEM.nanos();
        if (link.inside == 0) {
          World.pass(Duration.ofSeconds(8));
          assertThat(world.bothSay("derp")).isTrue();
          allPass(world, 1280, headers);
          continue;
        }
        World.await(PATIENCE, "a direct path", () -> world.bothSay("direct"));
        World.await(
            PATIENCE,
            link.inside + " inside " + link.mtu,
            () -> isProven(world, "l", link.inside) && isProven(world, "r", link.inside));
        System.out.println(
            "links of "
                + link.mtu
                + ": "
                + link.inside
                + " after "
                + (Clock.SYSTEM.nanos() - begun) / MILLISECOND
                + " ms");
        assertThat(route(world, "l", right)).contains("mtu " + link.inside);
        allPass(world, link.inside, headers);
        Outcome larger = pings(world, link.inside + 1, headers, 1);
        assertThat(larger.status()).isNotZero(); // told at once, by our own kernel
        assertThat(world.bothSay("direct")).isTrue();
      }
    }
  }

  @LabScenario("mtu-black-hole")
  void goesDownWhenALinkShrinksAndNobodySaysSo() throws IOException {
    try (World world = World.joinedIn(DataMode.NATIVE, "portcone+v4", "portcone+v4")) {
      shrinks(world, true);
    }
  }

  /// The second time the kernel hears of it, and takes no larger datagrams from the agent any more.
  @LabScenario("mux-mtu-black-hole")
  void goesDownInMuxModeWhenALinkShrinks() throws IOException {
    try (World world = World.joinedIn(DataMode.MUX, "portcone+v4", "portcone+v4")) {
      shrinks(world, true);
      shrinks(world, false);
    }
  }

  /// The interface of an agent that was killed, with the MTU of an earlier version.
  @LabScenario("mtu-of-an-adopted-interface")
  void givesAnInterfaceItTakesOverItsMtuAndRoutes() throws IOException {
    try (World world = World.joinedIn(DataMode.NATIVE, "portcone+v4", "portcone+v4")) {
      String left = world.address("l");
      try (var _ = new PingStream(world.lab, "l", world.address("r"), 0.1)) {
        World.await(PATIENCE, "1420 on the right", () -> world.mtu("r") == 1420);
        world.kill("r", "dev.adit.cli.node.StartedAgent");
        assertThat(route(world, "r", left)).contains("mtu 1420");
        world.lab.exec("r", "ip", "link", "set", "dev", "adit0", "mtu", "1280");
      }
      // Nobody sends: the next agent finds no path to the peer yet.
      Outcome up = world.adit("r", "up", "--mode=native");
      assertThat(up.status()).as(() -> up.output() + world.agentLog("r")).isZero();
      assertThat(world.lab.exec("r", "ip", "link", "show", "adit0").output()).contains("mtu 1420");
      World.await(
          PATIENCE,
          "the route of the path",
          () -> route(world, "r", left).contains("mtu " + world.mtu("r")));
      try (var _ = new PingStream(world.lab, "l", world.address("r"), 0.1)) {
        World.await(PATIENCE, "1420 on the right again", () -> world.mtu("r") == 1420);
        World.await(PATIENCE, "the route", () -> route(world, "r", left).contains("mtu 1420"));
      }
    }
  }

  private static void shrinks(World world, boolean silently) throws IOException {
    String right = world.address("r");
    // Not forbidden to be cut in two: those of 1420 pass whatever is allowed.
    try (var pings =
        new PingStream(world.lab, "l", right, 0.05, "-s", Integer.toString(1420 - IPV4_AND_ICMP))) {
      World.await(PATIENCE, "a direct path", () -> world.bothSay("direct"));
      World.await(
          PATIENCE, "1420 on both ends", () -> world.mtu("l") == 1420 && world.mtu("r") == 1420);
      World.pass(Duration.ofSeconds(2));
      if (silently) {
        world.lab.turn("l", "blackhole");
      }
      long begun = Clock.SYSTEM.nanos();
      world.lab.turn("l", "mtu", "1400");
      World.await(
          PATIENCE, "1280 on both ends", () -> world.mtu("l") == 1280 && world.mtu("r") == 1280);
      World.pass(Duration.ofSeconds(2));
      long gap = pings.longestGapSince(begun);
      System.out.println(
          world.data("l", "mode")
              + ", a link of 1500 shrinks to 1400"
              + (silently ? " and says nothing" : "")
              + ", longest silence: "
              + gap / MILLISECOND
              + " ms");
      assertThat(gap).isLessThanOrEqualTo(10_000 * MILLISECOND);
      assertThat(world.bothSay("direct")).isTrue();
      assertThat(world.adit("l", "status").output())
          .contains("1280: larger packets got lost on this path");
      allPass(world, 1280, IPV4_AND_ICMP);
    }
    if (silently) {
      world.lab.turn("l", "unblackhole");
    }
    world.lab.turn("l", "block-peer");
    World.await(PATIENCE, "the relay", () -> world.bothSay("derp"));
    world.lab.turn("l", "mtu", "1500");
    world.lab.turn("l", "unblock-peer");
  }

  private static void allPass(World world, int mtu, int headers) throws IOException {
    assertThat(pings(world, mtu, headers, 20).output()).contains(" 0% packet loss");
  }

  /// Packets of just this size, forbidden to be cut.
  private static Outcome pings(World world, int mtu, int headers, int count) throws IOException {
    return world.lab.exec(
        "l",
        "ping",
        "-n",
        "-i0.05",
        "-W3",
        "-Mdo",
        "-c" + count,
        "-s" + (mtu - headers),
        world.address("r"));
  }

  private static String route(World world, String host, String to) {
    try {
      return world.lab.exec(host, "ip", "-o", "route", "get", to).output();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// Measured, not only allowed for now.
  private static boolean isProven(World world, String host, int mtu) {
    try {
      JsonObject path = world.status(host).objects("peers", 10).getFirst().object("path");
      String why = path.optionalString("mtuRemark");
      return world.mtu(host) == mtu
          && (mtu == 1420 ? why == null : String.valueOf(why).contains("not answered"));
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }
}
