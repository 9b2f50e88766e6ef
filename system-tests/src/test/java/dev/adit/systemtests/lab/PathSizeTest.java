package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Counters;
import dev.adit.cli.lab.Counters.Place;
import dev.adit.cli.lab.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// What probes of full size prove.
///
///     l ── lgw ══ 1500 or 1300 ══ inet ── rgw ── r
class PathSizeTest {
  /// A packet of the tunnel (1280) with WireGuard's 32 bytes.
  private static final int FULL = 1_312;

  @LabScenario("probes-are-never-fragmented")
  void probesOfFullSizeCarryDontFragmentAndTheirServiceClass() throws IOException {
    try (World world = World.joined("portcone+v4", "portcone+v4");
        var capture = new Capture(world.lab, "inet")) {
      world.becomeDirect();
      capture.stop();
      String left = world.lab.address("L_PUBLIC4");
      String right = world.lab.address("R_PUBLIC4");
      for (var sent :
          List.of(capture.headers(left, right, FULL), capture.headers(right, left, FULL))) {
        // version, header length, TOS; total length; identification; flags, offset
        assertThat(sent).isNotEmpty().allMatch(header -> header.matches("4588 053c .{4} 4000 .*"));
      }
    }
  }

  @LabScenario("small-mtu-stays-relayed")
  void aPathThatCarriesLessThanATunnelPacketIsNotUsed() throws IOException {
    try (World world = World.withServer("portcone+v4", "portcone+v4")) {
      mtu(world, "lgw", "wan");
      mtu(world, "inet", "l");
      long _ = world.up("l");
      long _ = world.up("r");
      world.awaitPeers();
      try (var pings = new PingStream(world.lab, "l", world.address("r"), 0.1)) {
        World.await(Duration.ofSeconds(10), "pings", () -> pings.answers() > 10);
        World.pass(Duration.ofSeconds(8));
        assertThat(world.bothSay("derp")).isTrue();
      }
      Counters before = world.lab.counters();
      Outcome big =
          world.lab.exec(
              "l", "ping", "-n", "-c20", "-i0.05", "-W3", "-s1252", "-Mdo", world.address("r"));
      assertThat(big.output()).contains(" 0% packet loss");
      Counters passed = world.lab.counters().since(before);
      assertThat(passed.count(Place.CORE, "l", "srv", "tcp").bytes()).isGreaterThan(20 * 1_280);
    }
  }

  private static void mtu(World world, String node, String device) throws IOException {
    Outcome set = world.lab.exec(node, "ip", "link", "set", "dev", device, "mtu", "1300");
    assertThat(set.status()).as(set.output()).isZero();
  }
}
