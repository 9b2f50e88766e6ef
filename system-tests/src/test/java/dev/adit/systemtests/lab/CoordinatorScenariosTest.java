package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Outcome;
import dev.adit.net.Clock;
import dev.adit.systemtests.swarm.PatchedCoordinator;
import dev.adit.wire.Json;
import dev.adit.wire.MalformedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// The coordinator changes under its agents: new keys, an older database, another master.
class CoordinatorScenariosTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /// C-31, second half.
  @LabScenario("keys-replaced")
  void keysAreReplacedUnderRunningTunnels() throws IOException, MalformedException {
    try (World world = World.joined("sym+v4", "direct+v4")) {
      try (var pings = new PingStream(world.lab, "l", world.address("r"), 0.05)) {
        World.await(PATIENCE, "pings", () -> pings.answers() > 10);
        long begun = Clock.SYSTEM.nanos();
        for (String key : List.of("channel", "record")) {
          Outcome replaced = world.adit("srv", "coordinator", "identity", "replace", key);
          assertThat(replaced.status()).as(replaced.output()).isZero();
        }
        World.await(PATIENCE, "both have the new document", () -> bothKnow(world));
        Outcome dropped = world.adit("srv", "coordinator", "identity", "drop-former");
        assertThat(dropped.status()).as(dropped.output()).isZero();
        World.await(PATIENCE, "both have the last document", () -> bothKnow(world));
        assertThat(world.status("l").object("coordinator").bool("connected")).isTrue();
        System.out.printf(
            "keys replaced and dropped within %d ms, longest gap of pings %d ms%n",
            (Clock.SYSTEM.nanos() - begun) / 1_000_000, pings.longestGapSince(begun) / 1_000_000);
        assertThat(pings.lost()).isEmpty();
      }
      for (String host : List.of("l", "r")) {
        assertThat(notes(world, host)).isEmpty();
      }
    }
  }

  /// The serial of the document that the server shows is the one that both agents store.
  private static boolean bothKnow(World world) {
    try {
      String shown = world.adit("srv", "coordinator", "identity", "show", "-o", "json").output();
      String serial = "\\\"serial\\\":" + Json.parseReport(shown).integer("serial") + ",";
      for (String host : List.of("l", "r")) {
        Path stored = world.lab.lib(host).resolve("adit").resolve("coordinator.json");
        if (!Files.readString(stored).contains(serial)
            || !world.status(host).object("coordinator").bool("connected")) {
          return false;
        }
      }
      return true;
    } catch (IOException | MalformedException e) {
      throw new AssertionError(e);
    }
  }

  /// C-35, R-DB-10: the database of before this node joined is put back, then the right one.
  @LabScenario("restored-without-node")
  void aNodeThatAnOlderBackupDoesNotKnowWaitsWithItsInterfaceDown()
      throws IOException, MalformedException {
    try (World world = World.withServer("portcone+v4", "direct+v4")) {
      world.up("r");
      world.stopServer();
      Path older = copyDatabase(world, "older");
      world.serve();
      world.up("l");
      world.awaitPeers();
      world.stopServer();
      Path newer = copyDatabase(world, "newer");

      putBack(world, older);
      world.serve();
      World.await(
          PATIENCE, "l is told", () -> notes(world, "l").contains("does not know this node"));
      World.await(PATIENCE, "the interface is down", () -> !isUp(world, "l"));
      assertThat(Files.exists(world.lab.lib("l").resolve("adit").resolve("node.key"))).isTrue();
      assertThat(Files.exists(world.lab.lib("l").resolve("adit").resolve("map.json"))).isTrue();

      world.stopServer();
      putBack(world, newer);
      world.serve();
      World.await(PATIENCE, "the interface is up", () -> isUp(world, "l"));
      try (var pings = new PingStream(world.lab, "l", world.address("r"), 0.1)) {
        World.await(PATIENCE, "an answer", () -> pings.answers() > 0);
      }
      assertThat(notes(world, "l")).isEmpty();
    }
  }

  private static Path copyDatabase(World world, String name) throws IOException {
    Path state = world.lab.lib("srv").resolve("adit");
    assertThat(state.resolve("coordinator.db-wal")).as("a closed database").doesNotExist();
    return Files.copy(state.resolve("coordinator.db"), world.lab.folder().resolve(name));
  }

  private static void putBack(World world, Path copy) throws IOException {
    Path state = world.lab.lib("srv").resolve("adit");
    var _ = Files.copy(copy, state.resolve("coordinator.db"), StandardCopyOption.REPLACE_EXISTING);
  }

  private static boolean isUp(World world, String host) {
    try {
      var words = List.of("ip", "-n", world.lab.namespace(host), "link", "show", "dev", "adit0");
      String link = Outcome.mustSucceed(words);
      return link.substring(link.indexOf('<'), link.indexOf('>')).contains("UP");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// But for the one about the WireGuard of the machine that these tests run on.
  private static String notes(World world, String host) {
    try {
      return world.status(host).strings("notes", 50).stream()
          .filter(note -> !note.contains("is old and slow"))
          .collect(Collectors.joining("\n"));
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  /// C-16, R-REC-6 and R-REC-7: somebody has taken the coordinator over, with all its keys.
  @LabScenario("patched-coordinator")
  void whatAPatchedCoordinatorMayNotDoIsRefusedAndSaid() throws IOException, MalformedException {
    try (World world = World.empty("direct+v4", "direct+v4");
        SeparateRelay relay = SeparateRelay.start(world)) {
      world.serve(relay.serveOptions());
      Process _ = world.start("l", "up-l", "up", world.key());
      Process _ = world.start("r", "up-r", "up", world.key());
      World.await(PATIENCE, "both have joined", () -> isNode(world, "l") && isNode(world, "r"));
      world.awaitPeers();
      relay.allowAllNodes();
      world.becomeDirect();
      String name = world.status("r").object("self").string("name");
      world.stopServer();
      List<String> command = new ArrayList<>(SwarmProcess.java(PatchedCoordinator.class));
      command.addAll(List.of("/var/lib/adit", world.lab.address("SRV4")));
      Process patched = world.lab.converse("srv", world.log("patched"), command);
      try (BufferedReader out = patched.inputReader(StandardCharsets.UTF_8);
          var in = new PrintWriter(patched.outputWriter(StandardCharsets.UTF_8), true)) {
        assertThat(out.readLine()).isEqualTo("ready");
        World.await(PATIENCE, "both have come", () -> world.isConnected("l"));
        assertThat(notes(world, "l")).isEmpty();

        in.println("rollback " + name);
        said(
            world,
            "l",
            "the coordinator showed an older record of " + name + "; the newer is kept");
        assertReachable(world);

        in.println("honest");
        World.await(PATIENCE, "all is well", () -> notes(world, "l").isEmpty());
        in.println("outside " + name + " 8.8.8.8");
        said(world, "l", name + " has address 8.8.8.8 outside the network's ranges");
        assertThat(route(world, "8.8.8.8")).doesNotContain("adit0");
        assertThat(world.status("l").objects("peers", 10)).isEmpty();

        in.println("honest");
        World.await(PATIENCE, "all is well", () -> notes(world, "l").isEmpty());
        assertReachable(world);
        in.println("ranges 0.0.0.0/0");
        in.println("outside " + name + " 8.8.4.4");
        said(world, "l", "range 0.0.0.0/0 is not of private addresses");
        assertThat(route(world, "8.8.4.4")).doesNotContain("adit0");
        assertReachable(world);

        in.println("honest");
        World.await(PATIENCE, "all is well", () -> notes(world, "l").isEmpty());
        in.println("swap " + name);
        said(world, "r", "our own record holds another WireGuard key; run: adit up KEY");
        assertThat(world.adit("l", "status", "--changes").output())
            .containsPattern("\\n.*" + name + " +key\\n");
      } finally {
        World.end(patched);
      }
    }
  }

  private static boolean isNode(World world, String host) {
    Path socket = world.lab.run(host).resolve("adit").resolve("agent.sock");
    try {
      return Files.exists(socket) && !world.status(host).object("self").string("node").isEmpty();
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  private static void said(World world, String host, String sentence) {
    World.await(
        PATIENCE,
        () -> sentence + ", found: " + notes(world, host) + world.agentLog(host),
        () -> notes(world, host).contains(sentence));
  }

  private static String route(World world, String address) throws IOException {
    return world.lab.exec("l", "ip", "route", "get", address).output();
  }

  private static void assertReachable(World world) throws IOException {
    try (var pings = new PingStream(world.lab, "l", world.address("r"), 0.1)) {
      World.await(PATIENCE, "an answer", () -> pings.answers() > 0);
    }
  }
}
