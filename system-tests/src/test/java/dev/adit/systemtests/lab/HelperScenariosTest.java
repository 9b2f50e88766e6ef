package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Outcome;
import dev.adit.net.Clock;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Agents of ordinary users without any capability: by a helper, and without one.
class HelperScenariosTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String AGENT = "dev.adit.cli.node.StartedAgent";
  private static final String ROUTERS = "portcone+v4";
  private static final int RUNS = 3;
  private static final int PEERS = 20;

  /// Both ends have a helper, and an ordinary user's agent.
  static World joined() throws IOException {
    World world = World.withServer(ROUTERS, ROUTERS);
    try {
      for (String host : List.of("l", "r")) {
        OrdinaryUser.settle(world, host);
        Process _ = OrdinaryUser.helper(world, host);
        OrdinaryUser.up(world, host, world.key());
        OrdinaryUser.isUnprivileged(world, host);
        assertThat(world.data(host, "mode")).isEqualTo("helper");
      }
      world.awaitPeers();
      return world;
    } catch (IOException | RuntimeException | AssertionError e) {
      world.close();
      throw e;
    }
  }

  /// By the relay while the direct path is blocked, then by WireGuard itself; the change at 500
  /// packets a second loses none.
  @LabScenario("helper-mode")
  void reachesAPeerByRelayAndThenDirectly() throws Exception {
    try (World world = joined()) {
      world.lab.turn("l", "block-peer");
      try (var pings =
          new PingStream(world.lab, "l", world.address("r"), 0.002, "-c", "4000", "-W", "3")) {
        World.await(PATIENCE, "pings by the relay", () -> pings.answers() > 500);
        assertThat(world.bothSay("derp")).isTrue();
        world.lab.turn("l", "unblock-peer");
        World.await(PATIENCE, "WireGuard sends by itself", world::bothAreNative);
        int answers = pings.answers();
        World.await(PATIENCE, "pings by WireGuard itself", () -> pings.answers() > answers + 500);
        pings.awaitEnd();
        System.out.printf(
            "helper mode, upgrade: %d of 4000 answered, lost %s%n", pings.answers(), pings.lost());
        assertThat(pings.answers()).isEqualTo(4_000);
      }
      assertThat(world.bothSay("direct")).isTrue();
      assertThat(OrdinaryUser.adit(world, "l", "down").output()).isEqualTo("down\n");
      assertThat(world.lab.exec("l", "ip", "link").output()).doesNotContain("adit0");
    }
  }

  /// As `native-agent-killed`: WireGuard goes on, and the next agent leaves it where it is.
  @LabScenario("helper-agent-killed")
  void losesNoPingWhenAnAgentIsKilledAndStartedAgain() throws Exception {
    List<List<Integer>> lost = new ArrayList<>();
    try (World world = joined()) {
      for (int run = 0; run < RUNS; run++) {
        try (var pings =
            new PingStream(world.lab, "l", world.address("r"), 0.01, "-c", "1500", "-W", "3")) {
          World.await(PATIENCE, "WireGuard sends by itself", world::bothAreNative);
          world.kill("r", AGENT);
          OrdinaryUser.up(world, "r");
          assertThat(world.data("r", "mode")).isEqualTo("helper");
          pings.awaitEnd();
          lost.add(pings.lost());
        }
      }
    }
    System.out.println("helper mode, after a killed agent, lost of 1,500: " + lost);
    assertThat(lost).allMatch(List::isEmpty);
  }

  /// The helper dies: nothing is lost, and the agent goes on with the next one.
  @LabScenario("helper-killed")
  void losesNoPingWhenTheHelperIsKilledAndStartedAgain() throws Exception {
    try (World world = joined();
        var pings =
            new PingStream(world.lab, "l", world.address("r"), 0.01, "-c", "1500", "-W", "3")) {
      World.await(PATIENCE, "WireGuard sends by itself", world::bothAreNative);
      world.kill("r", "--allow-user");
      World.pass(Duration.ofSeconds(2));
      Process _ = OrdinaryUser.helper(world, "r");
      World.await(PATIENCE, "the agent is back", () -> world.agentLog("r").contains("helper_back"));
      pings.awaitEnd();
      System.out.println("helper killed, lost of 1,500: " + pings.lost());
      assertThat(pings.lost()).isEmpty();
      assertThat(world.isNative("r")).isTrue();
      assertThat(OrdinaryUser.adit(world, "r", "down").status()).isZero();
      assertThat(world.lab.exec("r", "ip", "link").output()).doesNotContain("adit0");
    }
  }

  /// One of twenty peers comes and goes, which the others do not feel.
  @LabScenario("helper-twenty-peers")
  void gainsAndLosesOneOfTwentyPeersWithoutALostPing() throws Exception {
    List<PingStream> pings = new ArrayList<>();
    try (World world = World.withServer("direct+v4", "direct+v4")) {
      String key = world.reusableKey(PEERS + 1);
      OrdinaryUser.settle(world, "l");
      Process _ = OrdinaryUser.helper(world, "l");
      OrdinaryUser.up(world, "l", key);
      OrdinaryUser.isUnprivileged(world, "l");
      List<String> hosts = new ArrayList<>();
      for (int i = 1; i <= PEERS; i++) {
        hosts.add(FurtherHost.add(world.lab, i));
      }
      String last = hosts.removeLast();
      for (String host : hosts) {
        assertThat(world.adit(host, "up", key, "--name", host).status()).isZero();
      }
      World.await(PATIENCE, "l knows them", () -> peers(world) == PEERS - 1);
      for (String host : hosts) {
        try (var wake = new PingStream(world.lab, "l", world.address(host), 0.2)) {
          World.await(PATIENCE, "an answer of " + host, () -> wake.answers() > 3);
        }
      }
      for (String host : hosts) {
        pings.add(
            new PingStream(world.lab, "l", world.address(host), 0.05, "-c", "1000", "-W", "5"));
      }
      World.await(
          PATIENCE, "all answer", () -> pings.stream().allMatch(stream -> stream.answers() > 20));
      assertThat(world.adit(last, "up", key, "--name", last).status()).isZero();
      World.await(PATIENCE, "l has gained one", () -> peers(world) == PEERS);
      try (var gained = new PingStream(world.lab, "l", world.address(last), 0.05)) {
        World.await(PATIENCE, "it answers", () -> gained.answers() > 20);
      }
      assertThat(world.adit("srv", "node", "remove", last).status()).isZero();
      World.await(PATIENCE, "l has lost one", () -> peers(world) == PEERS - 1);
      assertThat(pings).allMatch(stream -> stream.answers() < 1_000); // they went on meanwhile
      List<Integer> lost = new ArrayList<>();
      for (PingStream stream : pings) {
        stream.awaitEnd();
        lost.add(1_000 - stream.answers());
      }
      System.out.println("helper mode, one of 20 peers gained and lost, lost of 1,000: " + lost);
      assertThat(lost).hasSize(PEERS - 1).containsOnly(0);
    } finally {
      pings.forEach(PingStream::close);
    }
  }

  private static int peers(World world) {
    try {
      return world.status("l").objects("peers", 100).size();
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  /// L-18, as far as `adit up` can ask for what it may not; `HelperTest` has the rest.
  @LabScenario("helper-refuses")
  void refusesForeignUsersAndInterfaces() throws Exception {
    try (World world = World.withServer("direct+v4", "direct+v4")) {
      OrdinaryUser.settle(world, "l");
      Process _ = OrdinaryUser.helper(world, "l", "--metrics", "127.0.0.1:9587");
      Outcome foreign =
          OrdinaryUser.aditAs(
              world,
              "1001",
              "l",
              "up",
              world.key(),
              "--mode",
              "helper",
              "--state-dir",
              "/tmp/" + world.lab.prefix(),
              "--run-dir",
              "/tmp/" + world.lab.prefix());
      assertThat(foreign.status()).as(foreign.output()).isOne();
      assertThat(foreign.output()).contains("the helper does not serve user 1001; start it with");
      Outcome interfaces =
          OrdinaryUser.adit(
              world, "l", "up", world.key(), "--mode", "helper", "--interface", "eth0");
      assertThat(interfaces.status()).as(interfaces.output()).isOne();
      assertThat(interfaces.output()).contains("the helper does not serve interface eth0");

      OrdinaryUser.up(world, "l", world.key());
      Outcome second =
          OrdinaryUser.adit(
              world,
              "l",
              "up",
              world.key(),
              "--mode",
              "helper",
              "--state-dir",
              "/var/lib/adit/2",
              "--run-dir",
              "/var/lib/adit/2");
      assertThat(second.status()).as(second.output()).isOne();
      assertThat(second.output()).contains("another agent has interface adit0");
      String log = Files.readString(world.log("helper-l"));
      for (String reason : List.of("foreign_user", "foreign_interface", "busy")) {
        assertThat(log).contains("helper_refused").contains("reason=" + reason);
      }
      assertThat(log).contains("helper_changed").contains("change=apply");
      String metrics = world.lab.exec("l", "curl", "-s", "http://127.0.0.1:9587/metrics").output();
      assertThat(metrics)
          .contains("adit_helper_refusals_total{reason=\"foreign_user\"}")
          .contains("adit_helper_agents 1");
    }
  }

  /// Without a helper: nothing without an administrator, and told so; on an interface that was
  /// prepared mux mode, and told what is missing.
  @LabScenario("no-helper-user-mux")
  void anOrdinaryUserWithoutHelperGetsMuxModeOnAPreparedInterface() throws Exception {
    try (World world = World.withServer(ROUTERS, ROUTERS)) {
      world.up("r");
      OrdinaryUser.settle(world, "l");
      Outcome none = OrdinaryUser.adit(world, "l", "up", world.key());
      assertThat(none.status()).isOne();
      assertThat(none.output())
          .contains("not allowed to configure the network, no helper listens on")
          .contains("an administrator can start the helper: adit helper --allow-user ");

      OrdinaryUser.prepareInterface(world, "l");
      Outcome waits = OrdinaryUser.adit(world, "l", "up", world.key());
      assertThat(waits.output()).contains("interface adit0 is not as the network wants it");
      int at = waits.output().indexOf("run as root: ");
      assertThat(at).as(waits.output()).isPositive();
      String commands = waits.output().substring(at + 13).split("[\n;]")[0];
      Outcome root = world.lab.exec("l", "sh", "-c", commands);
      assertThat(root.status()).as(commands + ": " + root.output()).isZero();
      OrdinaryUser.isUnprivileged(world, "l");
      world.awaitPeers();
      long begun = Clock.SYSTEM.nanos();
      try (var pings = new PingStream(world.lab, "l", world.address("r"), 0.05)) {
        World.await(PATIENCE, "a direct path", () -> world.bothSay("direct"));
        World.await(PATIENCE, "pings", () -> pings.answers() > 50);
        assertThat(pings.longestGapSince(begun)).isLessThan(5_000_000_000L);
      }
      assertThat(world.data("l", "mode")).isEqualTo("mux");
      assertThat(world.data("l", "remark"))
          .contains("native mode needs CAP_NET_RAW")
          .contains("helper mode: no helper listens on /run/adit/helper.sock");
      assertThat(OrdinaryUser.adit(world, "l", "down").output()).isEqualTo("down\n");
      assertThat(world.lab.exec("l", "ip", "link").output()).contains("adit0");
    }
  }
}
