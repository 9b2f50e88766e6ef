package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Counters;
import dev.adit.cli.lab.Counters.Place;
import java.time.Duration;

/// A relay apart from the coordinator: who may use it, and that it needs no coordinator to go on.
///
///     l ── lgw (symmetric) ──┐        ┌── (symmetric) rgw ── r
///                            ├─ inet ─┤
///                            └─ srv ──┘   one address: adit serve --no-derp, the other: adit relay
class SeparateRelayTest {
  private static final String REFUSED = "the relay did not admit this node";
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final Duration AWAY = Duration.ofSeconds(62);

  @LabScenario("server-away-relayed")
  void aRelayedPairLosesNoPingWhileTheServerIsAwayForAMinute() throws Exception {
    try (World world = World.empty("sym+v4", "sym+v4");
        SeparateRelay relay = SeparateRelay.start(world)) {
      world.serve(relay.serveOptions());
      // Not to their end: they may give up waiting for a relay, while their agents go on.
      Process _ = world.start("l", "up-l", "up", world.key());
      Process _ = world.start("r", "up-r", "up", world.key());
      World.await(
          PATIENCE,
          "the relay refuses both, whose keys it was not given",
          () -> world.agentLog("l").contains(REFUSED) && world.agentLog("r").contains(REFUSED));
      world.awaitPeers();
      String pings = world.lab.exec("l", "ping", "-c2", "-W1", world.address("r")).output();
      assertThat(pings).contains("0 received");

      relay.allowAllNodes();
      World.await(PATIENCE, "the relay admits both", () -> world.bothSay("derp"));

      Counters before = world.lab.counters();
      int answers = ServerScenariosTest.losesNothingFor(world, AWAY);
      assertThat(world.bothSay("derp")).isTrue();
      Counters passed = world.lab.counters().since(before);
      carriedByTheRelay(passed, answers);
    }
  }

  /// Each ping is a request and an answer of 120 bytes and more by TCP, each way; UDP between the
  /// sites is what tries a direct path, which no symmetric pair of ours finds.
  private static void carriedByTheRelay(Counters passed, int pings) {
    for (String site : new String[] {"l", "r"}) {
      assertThat(passed.count(Place.CORE, site, "srv", "tcp").bytes()).isGreaterThan(120L * pings);
      assertThat(passed.count(Place.CORE, "srv", site, "tcp").bytes()).isGreaterThan(120L * pings);
      String other = site.equals("l") ? "r" : "l";
      assertThat(passed.count(Place.CORE, site, other, "tcp").packets()).isZero();
      assertThat(passed.count(Place.CORE, site, other, "udp").packets()).isLessThan(pings / 2);
    }
  }
}
