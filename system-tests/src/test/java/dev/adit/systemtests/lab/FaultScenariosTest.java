package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.agent.DataMode;
import dev.adit.cli.lab.Outcome;
import dev.adit.net.Clock;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What dies, and what comes back by itself or by the same command.
class FaultScenariosTest {
  private static final String AGENT = "dev.adit.cli.node.StartedAgent";
  private static final String WIREGUARD = "wireguard-go";
  private static final long SECOND = 1_000_000_000L;
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final int RUNS = 3;
  private static final Pattern PACKETS = Pattern.compile("counter packets (\\d+)");

  /// The interface lives on, and the next agent takes it over.
  @LabScenario("agent-killed")
  void aKilledAgentIsStartedAgainWithoutCleaning() throws IOException {
    List<Long> gaps = new ArrayList<>();
    try (World world = World.joined("sym+v4", "sym+v4");
        var pings = new PingStream(world.lab, "l", world.address("r"), 0.1)) {
      World.await(PATIENCE, "pings", () -> pings.answers() > 10);
      for (int run = 0; run < RUNS; run++) {
        long killed = Clock.SYSTEM.nanos();
        world.kill("r", AGENT);
        Outcome up = world.adit("r", "up");
        assertThat(up.status()).as(() -> up.output() + world.agentLog("r")).isZero();
        World.pass(Duration.ofSeconds(3));
        gaps.add(pings.longestGapSince(killed));
        assertThat(world.processes("r", AGENT)).hasSize(1);
        assertThat(world.processes("r", WIREGUARD)).hasSize(1);
      }
      assertThat(world.adit("r", "down").status()).isZero();
      World.await(PATIENCE, "nothing runs on r", () -> runsNothing(world, "r"));
      assertThat(links(world, "r")).doesNotContain("adit0");
      assertThat(runFiles(world, "r")).isEmpty();
    }
    System.out.println("relayed, after a killed agent, ms: " + PathScenariosTest.millis(gaps));
    assertThat(PathScenariosTest.median(gaps)).isLessThanOrEqualTo(3 * SECOND);
  }

  /// The far end does not know, and goes on with a session that is no more.
  @LabScenario("wireguard-killed")
  void aKilledWireGuardIsBackWithinThreeSeconds() throws IOException {
    killWireGuard(DataMode.NATIVE);
  }

  @LabScenario("mux-wireguard-killed")
  void inMuxModeAKilledWireGuardIsBackWithinThreeSeconds() throws IOException {
    killWireGuard(DataMode.MUX);
  }

  private static void killWireGuard(DataMode mode) throws IOException {
    List<Long> gaps = new ArrayList<>();
    try (World world = World.joinedIn(mode, "portcone+v4", "portcone+v4")) {
      try (var pings = new PingStream(world.lab, "l", world.address("r"), 0.1)) {
        World.await(PATIENCE, "the direct path is in use", () -> usesDirectPath(world, mode));
        for (String host : List.of("r", "l", "r")) {
          long killed = Clock.SYSTEM.nanos();
          world.kill(host, WIREGUARD);
          World.pass(Duration.ofSeconds(5));
          gaps.add(pings.longestGapSince(killed));
        }
        long deleted = Clock.SYSTEM.nanos();
        var _ =
            Outcome.mustSucceed(
                List.of("ip", "-n", world.lab.namespace("r"), "link", "delete", "adit0"));
        World.pass(Duration.ofSeconds(5));
        long gap = pings.longestGapSince(deleted);
        System.out.println(mode + ", interface deleted, ms: " + gap / 1_000_000);
        assertThat(gap).as("after a deleted interface").isLessThanOrEqualTo(3 * SECOND);
        assertThat(world.processes("r", WIREGUARD)).hasSize(1);
        assertThat(world.processes("r", AGENT)).hasSize(1);
      }
    }
    System.out.println(mode + ", wireguard-go killed, ms: " + PathScenariosTest.millis(gaps));
    assertThat(gaps).allMatch(gap -> gap <= 3 * SECOND);
  }

  private static boolean usesDirectPath(World world, DataMode mode) {
    return mode == DataMode.NATIVE ? world.bothAreNative() : world.bothSay("direct");
  }

  /// The message that confirms a new session is a keep-alive (32 bytes of UDP payload), and without
  /// it the far end stays with the old session. For 1.5 s WireGuard's keep-alives do not leave.
  @LabScenario("confirmation-lost")
  void aNewSessionWhoseConfirmationIsLostIsConfirmedAgain() throws IOException {
    loseConfirmations(DataMode.NATIVE);
  }

  @LabScenario("mux-confirmation-lost")
  void inMuxModeANewSessionWhoseConfirmationIsLostIsConfirmedAgain() throws IOException {
    loseConfirmations(DataMode.MUX);
  }

  private static void loseConfirmations(DataMode mode) throws IOException {
    List<Long> gaps = new ArrayList<>();
    List<Integer> lost = new ArrayList<>();
    try (World world = World.joinedIn(mode, "portcone+v4", "portcone+v4")) {
      try (var pings = new PingStream(world.lab, "l", world.address("r"), 0.1)) {
        World.await(PATIENCE, "the direct path is in use", () -> usesDirectPath(world, mode));
        for (int run = 0; run < RUNS; run++) {
          String _ =
              world.nft(
                  "r",
                  "table inet lossy { chain out { type filter hook output priority 0;"
                      + " meta l4proto udp udp length 40 counter drop; }; }");
          long killed = Clock.SYSTEM.nanos();
          world.kill("r", WIREGUARD);
          World.pass(Duration.ofMillis(1_500));
          lost.add(packets(world.nft("r", "list table inet lossy")));
          String _ = world.nft("r", "delete table inet lossy");
          World.pass(Duration.ofMillis(3_500));
          gaps.add(pings.longestGapSince(killed));
        }
      }
    }
    System.out.println(
        "%s, confirmations lost for 1.5 s (%s), ms: %s"
            .formatted(mode, lost, PathScenariosTest.millis(gaps)));
    assertThat(lost).allMatch(packets -> packets > 0);
    assertThat(gaps).allMatch(gap -> gap > SECOND && gap <= 3 * SECOND);
  }

  /// C-22: what both remember is enough.
  @LabScenario("agents-restarted-server-away")
  void agentsThatStartWithoutTheirCoordinatorReachEachOther() throws IOException {
    try (World world = World.empty("sym+v4", "sym+v4");
        SeparateRelay relay = SeparateRelay.start(world)) {
      world.serve(relay.serveOptions());
      Process _ = world.start("l", "up-l", "up", world.key());
      Process _ = world.start("r", "up-r", "up", world.key());
      World.await(PATIENCE, "both have joined", () -> isKnown(world, "l") && isKnown(world, "r"));
      world.awaitPeers();
      relay.allowAllNodes();
      World.await(PATIENCE, "the relay admits both", () -> world.bothSay("derp"));
      String address = world.address("r");

      world.stopServer();
      assertThat(world.adit("l", "down").status()).isZero();
      assertThat(world.adit("r", "down").status()).isZero();
      long begun = Clock.SYSTEM.nanos();
      Process left = world.start("l", "up-l", "up");
      assertThat(world.adit("r", "up").status()).as(world.agentLog("r")).isZero();
      try (var pings = new PingStream(world.lab, "l", address, 0.1)) {
        World.await(
            PATIENCE,
            () -> "an answer" + world.agentLog("l") + world.agentLog("r"),
            () -> pings.firstAnswer() > 0);
        long took = pings.firstAnswer() - begun;
        System.out.println("restarted without a coordinator, ms: " + took / 1_000_000);
        assertThat(took).isLessThanOrEqualTo(5 * SECOND);
      }
      World.await(PATIENCE, "up has ended", () -> !left.isAlive());
      assertThat(left.exitValue()).isZero();
      assertThat(remark(world, "r"))
          .startsWith("working from the map of ")
          .contains("; coordinator unreachable since ");
    }
  }

  /// C-23.
  @LabScenario("cloned-machine")
  void aCopiedDiskIsNoticedAndBecomesAnotherMachine() throws IOException {
    try (World world = World.withServer("portcone+v4", "portcone+v4")) {
      world.up("l");
      Path from = world.lab.lib("l").resolve("adit");
      Path to = Files.createDirectories(world.lab.lib("r").resolve("adit"));
      for (String file : List.of("machine.key", "node.key", "coordinator.json", "map.json")) {
        Files.copy(from.resolve(file), to.resolve(file));
      }
      long begun = Clock.SYSTEM.nanos();
      assertThat(world.adit("r", "up").status()).isZero();
      String said = "two machines use one identity (a copied disk?)";
      World.await(
          Duration.ofMinutes(1),
          "both are told",
          () -> remark(world, "l").contains(said) && remark(world, "r").contains(said));
      long took = Clock.SYSTEM.nanos() - begun;
      System.out.println("a clone is noticed after, ms: " + took / 1_000_000);
      assertThat(took).isLessThanOrEqualTo(40 * SECOND);
      assertThat(world.isConnected("l")).isNotEqualTo(world.isConnected("r"));

      String shared = world.address("l");
      assertThat(world.adit("r", "down").status()).isZero();
      Outcome anew = world.adit("r", "up", "--new-identity", "--key", world.key());
      assertThat(anew.status()).as(anew.output()).isZero();
      assertThat(world.address("r")).isNotEqualTo(shared);
      assertThat(ListedNodes.of(world)).hasSize(2);
      assertThat(to.resolve("former").resolve("node.key")).exists();
    }
  }

  /// The key with which an agent was started is still good; it does not use it again by itself.
  @LabScenario("removed-while-away")
  void aNodeThatWasRemovedWhileItWasAwayStaysAway() throws IOException {
    try (World world = World.joined("portcone+v4", "portcone+v4")) {
      String name = nameOf(world, "l");
      world.stopServer();
      String _ =
          world.nft(
              "srv",
              "table inet shut { chain in { type filter hook input priority 0; tcp dport 443 drop; }; }");
      world.serve();
      assertThat(world.adit("srv", "node", "remove", name).status()).isZero();
      String _ = world.nft("srv", "delete table inet shut");
      World.await(Duration.ofSeconds(30), "the agent has ended", () -> runsNothing(world, "l"));
      assertThat(ListedNodes.of(world)).hasSize(1);

      world.up("l"); // the user wants it again, with a key
      assertThat(ListedNodes.of(world)).hasSize(2);
    }
  }

  /// What the one counter of a table says.
  private static int packets(String table) {
    Matcher counter = PACKETS.matcher(table);
    assertThat(counter.find()).as(table).isTrue();
    return Integer.parseInt(counter.group(1));
  }

  private static boolean runsNothing(World world, String host) {
    try {
      return world.processes(host, "").isEmpty();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isKnown(World world, String host) {
    try {
      return !world.status(host).object("self").string("name").isEmpty();
    } catch (MalformedException | AssertionError e) {
      return false; // it does not listen yet
    }
  }

  private static String nameOf(World world, String host) {
    try {
      return world.status(host).object("self").string("name");
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  private static String remark(World world, String host) {
    try {
      String remark = world.status(host).object("coordinator").optionalString("remark");
      return remark == null ? "" : remark;
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  private static String links(World world, String host) throws IOException {
    return Outcome.mustSucceed(List.of("ip", "-n", world.lab.namespace(host), "-br", "link"));
  }

  /// Sockets and the like of programs that run; logs may stay.
  private static List<String> runFiles(World world, String host) throws IOException {
    List<String> found = new ArrayList<>();
    for (String folder : List.of("adit", "wireguard")) {
      Path path = world.lab.run(host).resolve(folder);
      if (Files.isDirectory(path)) {
        try (var files = Files.newDirectoryStream(path)) {
          files.forEach(file -> found.add(file.getFileName().toString()));
        }
      }
    }
    found.removeIf(name -> name.endsWith(".log"));
    return found;
  }
}
