package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Outcome;
import dev.adit.net.Clock;
import dev.adit.net.local.LocalClient;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What the coordinator's disk, or whoever kills it, can do to what it has promised.
class StorageFaultsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long SECOND = 1_000_000_000L;
  private static final int JOINS = 20;
  private static final int KILLS = 3;
  private static final int MOST_KEYS = 5_000;

  /// Killed three times while machines join; what was answered holds.
  @LabScenario("server-killed-during-joins")
  void whatWasAnsweredOutlivesTheServer() throws IOException, MalformedException {
    try (World world = World.withServer("portcone+v4", "direct+v4")) {
      String revoked = newKey(world, 5);
      String id = revoked.split("#adit1\\.")[1].substring(0, 8);
      assertThat(world.adit("srv", "key", "revoke", id).status()).isZero();
      List<Long> back = new ArrayList<>();
      try (var swarm =
          SwarmProcess.start(world, "r", world.key(), JOINS, "sim", Duration.ofSeconds(4))) {
        Process real = world.start("l", "up-l", "up", world.key());
        for (int kill = 1; kill <= KILLS; kill++) {
          int joined = kill * 4;
          World.await(PATIENCE, "some have joined", () -> swarm.count("joined") >= joined);
          world.kill("srv", "serve");
          world.serve();
          long served = Clock.SYSTEM.nanos();
          int known = swarm.count("joined");
          World.await(PATIENCE, "those are back", () -> swarm.counted("up") >= known);
          back.add(Clock.SYSTEM.nanos() - served);
        }
        swarm.awaitUp(JOINS, PATIENCE);
        World.await(PATIENCE, "adit up ends", () -> !real.isAlive());
        assertThat(real.exitValue()).as(world.tail("up-l") + world.agentLog("l")).isZero();
        checkNodes(world, swarm);
      }
      System.out.println("agents back after kill -9, ms: " + PathScenariosTest.millis(back));
      assertThat(PathScenariosTest.median(back)).isLessThanOrEqualTo(5 * SECOND);
      try (var late = SwarmProcess.start(world, "r", revoked, 1, "late", Duration.ZERO)) {
        World.await(PATIENCE, "an answer", () -> late.count("refused") == 1);
        assertThat(late.said("refused")).containsExactly("join_key_revoked");
      }
    }
  }

  /// Every join that was answered is there, once, with the address that was told.
  private static void checkNodes(World world, SwarmProcess swarm)
      throws IOException, MalformedException {
    Map<String, String> addressOf = new HashMap<>();
    for (JsonObject node : nodes(world)) {
      String address = node.strings("addresses", 8).getFirst();
      assertThat(addressOf.put(address, node.string("id"))).as("twice: " + address).isNull();
    }
    assertThat(addressOf).hasSize(JOINS + 1);
    assertThat(addressOf.values()).containsAll(swarm.said("joined"));
    assertThat(addressOf.keySet()).containsAll(swarm.said("address"));
    assertThat(addressOf).containsKey(world.address("l"));
  }

  private static List<JsonObject> nodes(World world) throws IOException, MalformedException {
    return call(world, "GET", "/nodes", "").objects("nodes", 1_000);
  }

  private static JsonObject call(World world, String method, String path, String body)
      throws IOException, MalformedException {
    Path socket = world.lab.run("srv").resolve("adit").resolve("coordinator.sock");
    byte[] sent = body.getBytes(StandardCharsets.UTF_8);
    return Json.parseReport(
        World.text(LocalClient.request(socket, method, "/api/v1" + path, sent).body()));
  }

  private static String newKey(World world, int uses) throws IOException, MalformedException {
    return call(world, "POST", "/keys", "{\"maxUses\":" + uses + "}").string("key");
  }

  /// C-12: a one-off key and a hundred machines at once.
  @LabScenario("one-off-race")
  void ofAHundredMachinesOneGetsTheOneOffKey() throws IOException, MalformedException {
    try (World world = World.withServer("direct+v4", "direct+v4")) {
      String key = newKey(world, 1);
      long before = revision(world);
      try (var swarm = SwarmProcess.start(world, "r", key, 100, "race", Duration.ZERO)) {
        World.await(
            Duration.ofMinutes(1),
            () -> swarm.count("joined") + " joined, " + swarm.count("refused") + " refused",
            () -> swarm.count("joined") + swarm.count("refused") >= 100);
        assertThat(swarm.count("joined")).isEqualTo(1);
        assertThat(swarm.said("refused")).hasSize(99).containsOnly("join_key_used");
        assertThat(nodes(world)).hasSize(1);
        assertThat(revision(world)).isEqualTo(before + 1);
      }
    }
  }

  private static long revision(World world) throws IOException, MalformedException {
    return call(world, "GET", "/networks", "")
        .objects("networks", 2)
        .getFirst()
        .integer("revision");
  }

  /// C-6: somebody recorded an agent's first message.
  @LabScenario("first-message-replayed")
  void aRecordedFirstMessageDoesNothing() throws IOException, MalformedException {
    try (World world = World.withServer("direct+v4", "direct+v4", "--log-level=debug")) {
      try (var swarm = SwarmProcess.start(world, "r", world.key(), 1, "victim", Duration.ZERO)) {
        swarm.awaitUp(1, PATIENCE);
        long log = Files.size(world.log("serve"));
        assertThat(swarm.ask("replay 1000")).isEqualTo("replayed 1000 longest 48 more 0");
        assertThat(swarm.count("superseded")).isZero();
        assertThat(swarm.count("lost")).isZero();
        assertThat(swarm.count("welcome")).isEqualTo(1);
        assertThat(swarm.counted("up")).isEqualTo(1);
        assertThat(nodes(world).getFirst().bool("online")).isTrue();
        String machine = swarm.said("welcome").getFirst().split(" machine ", 2)[1];
        String name = nodes(world).getFirst().string("name");
        String said = Files.readString(world.log("serve")).substring((int) log);
        assertThat(said).as("the server's log").contains("stream").doesNotContain(machine, name);
      }
    }
  }

  @LabScenario("disk-full")
  void onAFullDiskStreamsStayAndChangesAreRefused() throws IOException, MalformedException {
    try (World world = World.empty("direct+v4", "direct+v4");
        SmallDisk disk = new SmallDisk(world)) {
      world.serve("--state-dir=" + disk.folder());
      String key = disk.key();
      String spare = newKey(world, 5);
      try (var swarm = SwarmProcess.start(world, "r", key, 5, "sim", Duration.ZERO)) {
        swarm.awaitUp(5, PATIENCE);
        disk.fill();
        assertRefused(world, spare, "disk full");
        assertThat(swarm.count("lost")).isZero();
        swarm.ask("presence 0");
        World.await(PATIENCE, "presence goes on", () -> swarm.counted("presences-most") > 4);

        Files.delete(disk.filler());
        World.await(PATIENCE, "changes are taken again", () -> takesAKey(world));
        try (var late = SwarmProcess.start(world, "l", spare, 1, "late", Duration.ZERO)) {
          late.awaitUp(1, PATIENCE);
        }
        assertThat(nodes(world)).hasSize(6);
      }
      world.kill("srv", "serve");
      world.serve("--state-dir=" + disk.folder());
      assertThat(nodes(world)).hasSize(6);
      world.stopServer();
    }
  }

  /// What a failing disk does: the file system turns read-only under the running server.
  @LabScenario("disk-read-only")
  void onAReadOnlyDiskStreamsStayAndChangesAreRefused() throws IOException, MalformedException {
    try (World world = World.empty("direct+v4", "direct+v4");
        SmallDisk disk = new SmallDisk(world)) {
      world.serve("--state-dir=" + disk.folder());
      String spare = newKey(world, 5);
      try (var swarm = SwarmProcess.start(world, "r", disk.key(), 5, "sim", Duration.ZERO)) {
        swarm.awaitUp(5, PATIENCE);
        disk.abort();
        assertRefused(world, spare, "disk error");
        assertThat(swarm.count("lost")).isZero();
        swarm.ask("presence 0");
        World.await(PATIENCE, "presence goes on", () -> swarm.counted("presences-most") > 4);
      }
      world.kill("srv", "serve");
      disk.repair();
      world.serve("--state-dir=" + disk.folder());
      assertThat(nodes(world)).hasSize(5);
      assertThat(takesAKey(world)).isTrue();
      world.stopServer();
    }
  }

  /// A change is refused with the specified words, over API and stream.
  private static void assertRefused(World world, String key, String why)
      throws IOException, MalformedException {
    String text = "the coordinator cannot write now (" + why + "); next try in 30 s";
    for (int i = 0; takesAKey(world); i++) {
      assertThat(i).as("keys made on a disk that takes nothing").isLessThan(MOST_KEYS);
    }
    JsonObject error = call(world, "POST", "/keys", "{}").object("error");
    assertThat(error.string("code")).isEqualTo("unavailable");
    assertThat(error.string("text")).isEqualTo(text);
    Outcome command = world.adit("srv", "key", "create", "--out", "-");
    assertThat(command.status()).isEqualTo(1);
    assertThat(command.output()).isEqualTo("adit: " + text + "\n");
    try (var late = SwarmProcess.start(world, "l", key, 1, "early", Duration.ZERO)) {
      World.await(PATIENCE, "an answer", () -> late.count("refused") > 0);
      assertThat(late.said("refused")).containsOnly("unavailable");
    }
    assertThat(call(world, "GET", "/keys", "").objects("keys", MOST_KEYS))
        .noneMatch(listed -> uses(listed, key) > 0);
  }

  private static long uses(JsonObject listed, String key) {
    try {
      return key.contains("." + listed.string("id") + ".") ? listed.integer("uses") : 0;
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean takesAKey(World world) {
    try {
      return call(world, "POST", "/keys", "{}").optionalString("key") != null;
    } catch (IOException | MalformedException e) {
      throw new AssertionError(e);
    }
  }

  /// A file system of 16 MiB in a file, for the server's state folder.
  private static final class SmallDisk implements AutoCloseable {
    private final Path image;
    private final Path folder;

    SmallDisk(World world) throws IOException {
      image = world.lab.folder().resolve("disk.img");
      folder = Files.createTempDirectory("adit-disk"); // not below /run, which hosts do not share
      try (var file = new RandomAccessFile(image.toFile(), "rw")) {
        file.setLength(16L << 20);
      }
      mustSucceed("mkfs.ext4", "-q", image.toString());
      mustSucceed("mount", "-o", "loop", image.toString(), folder.toString());
    }

    private static void mustSucceed(String... command) throws IOException {
      var _ = Outcome.mustSucceed(List.of(command));
    }

    Path folder() {
      return folder.resolve("state");
    }

    Path filler() {
      return folder.resolve("filler");
    }

    String key() throws IOException {
      return Files.readString(folder().resolve("join.key")).strip();
    }

    void fill() throws IOException {
      byte[] block = new byte[4096];
      try (OutputStream out = Files.newOutputStream(filler())) {
        while (true) {
          out.write(block);
        }
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("No space left");
      }
    }

    /// As after an error of the device.
    void abort() throws IOException {
      mustSucceed("mount", "-o", "remount,abort", folder.toString());
    }

    void repair() throws IOException {
      mustSucceed("umount", folder.toString());
      // A process that is just ending may hold the broken one, which mount would take again.
      World.await(PATIENCE, "the disk is let go", this::isFree);
      Outcome check = Outcome.of(List.of("e2fsck", "-p", image.toString()));
      assertThat(check.status()).as(check.output()).isBetween(0, 1); // 1: mended
      mustSucceed("mount", "-o", "loop", image.toString(), folder.toString());
    }

    private boolean isFree() {
      try {
        return Outcome.mustSucceed(List.of("losetup", "-j", image.toString())).isEmpty();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void close() throws IOException {
      mustSucceed("umount", "--lazy", folder.toString());
      Files.delete(folder);
    }
  }
}
