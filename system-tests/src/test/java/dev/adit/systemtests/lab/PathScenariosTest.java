package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.agent.DataMode;
import dev.adit.cli.lab.Counters;
import dev.adit.cli.lab.Counters.Place;
import dev.adit.net.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Paths that come and go under a running ping, read from the routers' counters.
///
///     l ── lgw ──┐            ┌── rgw ── r
///                ├── inet ────┤
///                └──── srv ───┘          relay and coordinator
class PathScenariosTest {
  private static final long SECOND = 1_000_000_000L;
  private static final Duration TO_RELAY = Duration.ofMillis(2_500);
  private static final Duration BACK = Duration.ofSeconds(10);
  private static final int RUNS = 3;

  @LabScenario("blocked-both-ways-v4")
  void blockedBothWaysOverIpv4() throws IOException {
    movesToTheRelayAndBack(DataMode.NATIVE, "portcone+v4", "portcone+v4", false);
  }

  @LabScenario("mux-blocked-one-way-v4")
  void inMuxModeBlockedOneWayOverIpv4() throws IOException {
    movesToTheRelayAndBack(DataMode.MUX, "portcone+v4", "portcone+v4", true);
  }

  @LabScenario("mux-blocked-both-ways-v6")
  void inMuxModeBlockedBothWaysOverIpv6() throws IOException {
    movesToTheRelayAndBack(DataMode.MUX, "fw+v6", "fw+v6", false);
  }

  @LabScenario("blocked-one-way-v6")
  void blockedOneWayOverIpv6() throws IOException {
    movesToTheRelayAndBack(DataMode.NATIVE, "fw+v6", "fw+v6", true);
  }

  /// The longest silence of a running ping is the time to the relay; the time back is read from the
  /// core router, which sees the sites' own packets again. Medians of three runs.
  private static void movesToTheRelayAndBack(
      DataMode mode, String left, String right, boolean oneWay) throws IOException {
    List<Long> away = new ArrayList<>();
    List<Long> back = new ArrayList<>();
    try (World world = World.joinedIn(mode, left, right)) {
      world.becomeDirect();
      try (var pings = new PingStream(world.lab, "l", world.address("r"), 0.1)) {
        World.await(Duration.ofSeconds(5), "pings", () -> pings.answers() > 10);
        for (int run = 0; run < RUNS; run++) {
          long blocked = Clock.SYSTEM.nanos();
          world.lab.turn("l", oneWay ? "block-oneway" : "block-peer");
          World.pass(Duration.ofSeconds(7));
          away.add(pings.longestGapSince(blocked));
          Counters onRelay = world.lab.counters();
          World.pass(Duration.ofSeconds(2));
          Counters passed = world.lab.counters().since(onRelay);
          assertThat(passed.count(Place.CORE, "l", "srv", "tcp").packets())
              .as("pings by the relay")
              .isGreaterThan(10);

          world.lab.turn("l", oneWay ? "unblock-oneway" : "unblock-peer");
          long unblocked = Clock.SYSTEM.nanos();
          Counters[] last = {world.lab.counters()};
          World.await(
              BACK.plusSeconds(10),
              "the direct path again",
              () -> {
                World.pass(Duration.ofMillis(500));
                Counters now = counters(world);
                Counters step = now.since(last[0]);
                last[0] = now;
                // Five pings in half a second, each way; probes alone are fewer.
                return step.count(Place.CORE, "l", "r", "udp").packets() >= 4
                    && step.count(Place.CORE, "r", "l", "udp").packets() >= 4
                    && world.bothSay("direct");
              });
          back.add(Clock.SYSTEM.nanos() - unblocked);
        }
      }
    }
    report(mode + ", " + left + " x " + right + (oneWay ? ", one way" : ", both ways"), away, back);
    assertThat(median(away)).as("to the relay").isLessThanOrEqualTo(TO_RELAY.toNanos());
    assertThat(median(back)).as("back to direct").isLessThanOrEqualTo(BACK.toNanos());
  }

  private static Counters counters(World world) {
    try {
      return world.lab.counters();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @LabScenario("mux-upgrade-loses-nothing")
  void losesNoPingOnTheUpgradeFromRelayToDirect() throws Exception {
    try (World world = World.joinedIn(DataMode.MUX, "portcone+v4", "portcone+v4")) {
      world.lab.turn("l", "block-peer");
      try (var wake = new PingStream(world.lab, "l", world.address("r"), 0.2)) {
        World.await(Duration.ofSeconds(5), "pings by the relay", () -> wake.answers() > 5);
      }
      Counters before = world.lab.counters();
      try (var pings =
          new PingStream(world.lab, "l", world.address("r"), 0.005, "-c", "2000", "-W", "3")) {
        World.await(Duration.ofSeconds(5), "pings", () -> pings.answers() > 200);
        world.lab.turn("l", "unblock-peer");
        pings.awaitEnd();
        Counters passed = world.lab.counters().since(before);
        System.out.printf(
            "upgrade: %d of 2000 answered, lost %s, by relay %d, direct %d packets%n",
            pings.answers(),
            pings.lost(),
            passed.count(Place.CORE, "l", "srv", "tcp").packets(),
            passed.count(Place.CORE, "l", "r", "udp").packets());
        assertThat(pings.answers()).isEqualTo(2_000);
        assertThat(passed.count(Place.CORE, "l", "srv", "tcp").packets())
            .isGreaterThanOrEqualTo(100);
        assertThat(passed.count(Place.CORE, "l", "r", "udp").packets()).isGreaterThanOrEqualTo(100);
      }
    }
  }

  @LabScenario("first-ping-blocked")
  void answersTheFirstPingThroughTheRelayWhileDirectIsBlocked() throws IOException {
    try (World world = World.joined("portcone+v4", "portcone+v4")) {
      world.lab.turn("l", "block-peer");
      assertThat(firstPing(world)).as("first ping").isLessThanOrEqualTo(SECOND);
    }
  }

  @LabScenario("first-ping-open")
  void answersTheFirstPingWithinASecond() throws IOException {
    try (World world = World.joined("portcone+v4", "portcone+v4")) {
      try (var capture = new Capture(world.lab, "inet")) {
        assertThat(firstPing(world)).as("first ping").isLessThanOrEqualTo(SECOND);
        World.pass(Duration.ofSeconds(1));
        capture.stop();
        long byRelay =
            capture.firstDataTo(world.lab.address("SRV4"), world.lab.address("L_PUBLIC4"));
        long direct =
            capture.firstInitiation(world.lab.address("L_PUBLIC4"), world.lab.address("R_PUBLIC4"));
        System.out.printf("initiation: relay %d us, direct %d us (-1: never)%n", byRelay, direct);
        assertThat(byRelay).isPositive();
        assertThat(direct < 0 || byRelay <= direct).isTrue();
      }
    }
  }

  /// From the start of `ping` to its first answer, between two nodes that never spoke before.
  private static long firstPing(World world) throws IOException {
    String address = world.address("r");
    long begun = Clock.SYSTEM.nanos();
    try (var pings = new PingStream(world.lab, "l", address, 0.05)) {
      World.await(Duration.ofSeconds(10), "the first ping", () -> pings.firstAnswer() >= 0);
      long first = pings.firstAnswer();
      System.out.printf("first ping after %d ms%n", (first - begun) / 1_000_000);
      return first - begun;
    }
  }

  private static void report(String what, List<Long> away, List<Long> back) {
    System.out.printf("%s: to the relay %s ms, back %s ms%n", what, millis(away), millis(back));
  }

  static List<Long> millis(List<Long> nanos) {
    return nanos.stream().map(n -> n / 1_000_000).toList();
  }

  static long median(List<Long> values) {
    List<Long> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }
}
