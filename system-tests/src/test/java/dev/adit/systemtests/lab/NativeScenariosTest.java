package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.agent.DataMode;
import dev.adit.cli.lab.Outcome;
import dev.adit.net.Clock;
import dev.adit.net.linux.WireGuardChange;
import dev.adit.net.linux.WireGuardState;
import dev.adit.net.linux.WireGuardUapi;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Native mode: on a direct path WireGuard itself sends, and the agent steers it.
class NativeScenariosTest {
  private static final String AGENT = "dev.adit.cli.node.StartedAgent";
  private static final long SECOND = 1_000_000_000L;
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final int RUNS = 3;

  /// The upgrade at 1,000 packets a second loses none, and afterwards none passes the agent.
  @LabScenario("native-upgrade-loses-nothing")
  void losesNoPingOnTheUpgradeFromRelayToWireGuardsOwnPackets() throws Exception {
    try (World world = World.joinedIn(DataMode.NATIVE, "portcone+v4", "portcone+v4")) {
      world.lab.turn("l", "block-peer");
      try (var wake = new PingStream(world.lab, "l", world.address("r"), 0.2)) {
        World.await(PATIENCE, "pings by the relay", () -> wake.answers() > 5);
      }
      try (var pings =
          new PingStream(world.lab, "l", world.address("r"), 0.001, "-c", "6000", "-W", "3")) {
        World.await(PATIENCE, "pings", () -> pings.answers() > 500);
        world.lab.turn("l", "unblock-peer");
        World.await(PATIENCE, "WireGuard sends by itself", world::bothAreNative);
        pings.awaitEnd();
        System.out.printf(
            "native upgrade: %d of 6000 answered, lost %s%n", pings.answers(), pings.lost());
        assertThat(pings.answers()).isEqualTo(6_000);
      }
      long before = loopbackPackets(world, "l");
      try (var pings =
          new PingStream(world.lab, "l", world.address("r"), 0.005, "-c", "400", "-W", "3")) {
        pings.awaitEnd();
        assertThat(pings.answers()).isEqualTo(400);
      }
      long passed = loopbackPackets(world, "l") - before;
      System.out.println("loopback packets beside 400 native pings: " + passed);
      assertThat(passed).isLessThan(40);
    }
  }

  /// What WireGuard and the agent say to each other by E(p).
  private static long loopbackPackets(World world, String host) throws IOException {
    Outcome counters = world.lab.exec(host, "cat", "/proc/net/dev");
    for (String line : counters.output().lines().toList()) {
      String[] words = line.strip().split("\\s+");
      if (words[0].equals("lo:")) {
        return Long.parseLong(words[2]);
      }
    }
    throw new AssertionError("no loopback interface: " + counters.output());
  }

  /// Nobody has to ask for it; where it cannot be, the other mode says so.
  @LabScenario("mode-chosen")
  void isChosenWhereItCanBeAndElseMuxMode() throws IOException {
    try (World world = World.withServer("portcone+v4", "portcone+v4")) {
      world.up("l");
      Outcome up = world.upWithout("net_raw", "r");
      assertThat(up.status()).as(() -> up.output() + world.agentLog("r")).isZero();
      world.awaitPeers();
      assertThat(world.data("l", "mode")).isEqualTo("native");
      assertThat(world.adit("l", "status").output()).doesNotContain("CAP_NET_RAW");
      assertThat(world.data("r", "mode")).isEqualTo("mux");
      assertThat(world.data("r", "remark"))
          .startsWith("native mode needs CAP_NET_RAW; run as root, or grant it; helper mode: ");
      assertThat(world.adit("r", "status").output()).contains("CAP_NET_RAW");
      try (var pings = new PingStream(world.lab, "l", world.address("r"), 0.1)) {
        World.await(PATIENCE, "a direct path", () -> world.bothSay("direct"));
        World.await(PATIENCE, "native on one end", () -> world.isNative("l"));
        int before = pings.answers();
        World.await(PATIENCE, "pings", () -> pings.answers() > before + 20);
        assertThat(world.isNative("r")).isFalse();
      }
    }
  }

  /// WireGuard goes on meanwhile, and the next agent leaves it where it is.
  @LabScenario("native-agent-killed")
  void losesNoPingWhenAnAgentIsKilledAndStartedAgain() throws Exception {
    List<List<Integer>> lost = new ArrayList<>();
    try (World world = World.joinedIn(DataMode.NATIVE, "portcone+v4", "portcone+v4")) {
      for (int run = 0; run < RUNS; run++) {
        try (var pings =
            new PingStream(world.lab, "l", world.address("r"), 0.01, "-c", "1500", "-W", "3")) {
          World.await(PATIENCE, "WireGuard sends by itself", world::bothAreNative);
          world.kill("r", AGENT);
          Outcome up = world.adit("r", "up", "--mode=native");
          assertThat(up.status()).as(() -> up.output() + world.agentLog("r")).isZero();
          pings.awaitEnd();
          lost.add(pings.lost());
        }
      }
    }
    System.out.println("native, after a killed agent, lost of 1,500: " + lost);
    assertThat(lost).allMatch(List::isEmpty);
  }

  /// relay-rung X-8, RR-13.
  @LabScenario("native-agent-gone")
  void reachesAPeerWhoseAgentStaysAway() throws Exception {
    try (World world = World.joinedIn(DataMode.NATIVE, "portcone+v4", "portcone+v4");
        var pings = new PingStream(world.lab, "l", world.address("r"), 0.1)) {
      World.await(PATIENCE, "WireGuard sends by itself", world::bothAreNative);
      long killed = Clock.SYSTEM.nanos();
      world.kill("r", AGENT);
      World.pass(Duration.ofSeconds(15));
      long gap = pings.longestGapSince(killed);
      System.out.println(
          "native, agent gone for 15 s, longest silence: " + gap / 1_000_000 + " ms");
      assertThat(gap).isLessThanOrEqualTo(2 * SECOND);
      Outcome up = world.adit("r", "up", "--mode=native");
      assertThat(up.status()).as(up.output()).isZero();
      World.await(PATIENCE, "WireGuard sends by itself again", world::bothAreNative);
    }
  }

  /// relay-rung X-9, RR-15.
  @LabScenario("native-endpoint-moved")
  void bringsWireGuardBackWhenAnotherProgramMovesIt() throws Exception {
    try (World world = World.joinedIn(DataMode.NATIVE, "portcone+v4", "portcone+v4");
        var pings = new PingStream(world.lab, "l", world.address("r"), 0.1);
        WireGuardUapi device = world.wireGuard("l")) {
      World.await(PATIENCE, "WireGuard sends by itself", world::bothAreNative);
      WireGuardState.Peer peer = device.read().peers().getFirst();
      Endpoint right = endpoint(device);
      List<Long> took = new ArrayList<>();
      for (int run = 0; run < RUNS; run++) {
        long moved = Clock.SYSTEM.nanos();
        device.apply(new WireGuardChange().endpoint(peer.key(), Endpoint.literal("192.0.2.200:9")));
        World.await(PATIENCE, "WireGuard is brought back", () -> right.equals(endpoint(device)));
        took.add(Clock.SYSTEM.nanos() - moved);
        World.pass(Duration.ofSeconds(1));
      }
      System.out.println("endpoint moved, brought back, ms: " + PathScenariosTest.millis(took));
      assertThat(took).allMatch(time -> time <= 6 * SECOND);
      assertThat(pings.answers()).isGreaterThan(10);
    }
  }

  static Endpoint endpoint(WireGuardUapi device) {
    try {
      return Objects.requireNonNull(device.read().peers().getFirst().endpoint());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
