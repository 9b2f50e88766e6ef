package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.agent.DataMode;
import dev.adit.cli.lab.Outcome;
import dev.adit.net.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/// What a change of the path costs, in one table: the upgrade, a path that dies and comes back, a
/// NAT that forgets, a killed agent (nat-traversal §5.5). Run by `bench/switches`.
public final class SwitchRun {
  private static final String NAT = "portcone+v4";
  private static final String HARD_NAT = "sym+v4";
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration SOON_RETURNED = Duration.ofSeconds(8);

  /// A path that was lost this long ago is tried less often.
  private static final Duration LONG_LOST = Duration.ofSeconds(330);

  private static final int RUNS = 3;

  private final FigureTable table = new FigureTable();

  private SwitchRun() {}

  /// @param arguments `--short` leaves out the path that comes back after five minutes
  public static void main(String[] arguments) throws Exception {
    var run = new SwitchRun();
    for (DataMode mode : List.of(DataMode.NATIVE, DataMode.MUX)) {
      try (World world = World.joinedIn(mode, NAT, NAT)) {
        run.upgrade(world, mode);
        long still = run.still(world);
        run.deadAndBack(world, mode, still);
        run.deadWithoutPayload(world, mode);
        run.rebound(world, mode, still);
        if (mode == DataMode.NATIVE) {
          run.killed(world);
          if (!List.of(arguments).contains("--short")) {
            run.backAfterLong(world);
          }
        }
      }
    }
    try (World world = World.joined(HARD_NAT, HARD_NAT)) {
      run.killedUnderARelayedPath(world);
    }
    System.exit(run.table.print() ? 0 : 1);
  }

  private static boolean isBest(World world, DataMode mode) {
    return mode == DataMode.NATIVE ? world.bothAreNative() : world.bothSay("direct");
  }

  private static PingStream pings(World world) throws IOException {
    var pings = new PingStream(world.lab, "l", world.address("r"), 0.05);
    World.await(PATIENCE, "pings", () -> pings.answers() > 10);
    return pings;
  }

  /// The longest silence while nothing happens.
  private long still(World world) throws IOException {
    try (var pings = pings(world)) {
      long begun = Clock.SYSTEM.nanos();
      World.pass(Duration.ofSeconds(5));
      return pings.longestGapSince(begun) / 1_000_000;
    }
  }

  private void upgrade(World world, DataMode mode) throws Exception {
    world.lab.turn("l", "block-peer");
    World.await(PATIENCE, "the relay", () -> world.bothSay("derp"));
    try (var pings = thousands(world)) {
      World.await(PATIENCE, "pings by the relay", () -> pings.answers() > 500);
      world.lab.turn("l", "unblock-peer");
      World.await(PATIENCE, "the best path", () -> isBest(world, mode));
      assertThat(pings.answers()).as("answered before the upgrade was over").isLessThan(6_000);
      pings.awaitEnd();
      long lost = 6_000L - pings.answers();
      try (var plain = thousands(world)) {
        plain.awaitEnd();
        table.add(
            mode.text() + ", upgrade: lost of 6,000 at 1,000/s",
            "pings",
            List.of(lost),
            0,
            6_000L - plain.answers());
      }
    }
  }

  private static PingStream thousands(World world) throws IOException {
    return new PingStream(world.lab, "l", world.address("r"), 0.001, "-c", "6000", "-W", "3");
  }

  private void deadAndBack(World world, DataMode mode, long still) throws IOException {
    for (String way : List.of("peer", "oneway")) {
      List<Long> dead = new ArrayList<>();
      List<Long> back = new ArrayList<>();
      try (var pings = pings(world)) {
        for (int i = 0; i < RUNS; i++) {
          World.await(PATIENCE, "the best path", () -> isBest(world, mode));
          long blocked = Clock.SYSTEM.nanos();
          world.lab.turn("l", "block-" + way);
          World.pass(SOON_RETURNED);
          dead.add(pings.longestGapSince(blocked) / 1_000_000);
          assertThat(world.bothSay("derp")).as("both use the relay").isTrue();
          back.add(back(world, way));
        }
      }
      String how = way.equals("peer") ? "both ways" : "one way";
      table.add(
          mode.text() + ", path dead " + how + ", payload: silence", "ms", dead, 2_500, still);
      table.add(mode.text() + ", path back " + how + ": direct after", "ms", back, 10_000, -1);
    }
  }

  private static long back(World world, String way) throws IOException {
    long unblocked = Clock.SYSTEM.nanos();
    world.lab.turn("l", "unblock-" + way);
    World.await(Duration.ofSeconds(90), "the direct path", () -> world.bothSay("direct"));
    return (Clock.SYSTEM.nanos() - unblocked) / 1_000_000;
  }

  private void deadWithoutPayload(World world, DataMode mode) throws IOException {
    List<Long> dead = new ArrayList<>();
    for (int i = 0; i < RUNS; i++) {
      try (var _ = pings(world)) {
        World.await(PATIENCE, "the best path", () -> isBest(world, mode));
      }
      World.pass(Duration.ofSeconds(4)); // what flowed is over
      long blocked = Clock.SYSTEM.nanos();
      world.lab.turn("l", "block-peer");
      World.await(PATIENCE, "the relay", () -> world.bothSay("derp"));
      dead.add((Clock.SYSTEM.nanos() - blocked) / 1_000_000);
      world.lab.turn("l", "unblock-peer");
    }
    table.add(mode.text() + ", path dead, no payload: left after", "ms", dead, 4_500, -1);
  }

  private void rebound(World world, DataMode mode, long still) throws IOException {
    List<Long> gaps = new ArrayList<>();
    try (var pings = pings(world)) {
      for (int i = 0; i < RUNS; i++) {
        World.await(PATIENCE, "the best path", () -> isBest(world, mode));
        long begun = Clock.SYSTEM.nanos();
        world.lab.turn(i % 2 == 0 ? "l" : "r", "rebind");
        World.pass(SOON_RETURNED);
        gaps.add(pings.longestGapSince(begun) / 1_000_000);
      }
    }
    table.add(mode.text() + ", NAT rebinding: silence", "ms", gaps, 2_500, still);
  }

  private void killed(World world) throws Exception {
    List<Long> lost = new ArrayList<>();
    List<Long> bound = new ArrayList<>();
    for (int i = 0; i < RUNS; i++) {
      try (var pings =
          new PingStream(world.lab, "l", world.address("r"), 0.01, "-c", "1500", "-W", "3")) {
        World.await(PATIENCE, "WireGuard sends by itself", world::bothAreNative);
        bound.add(restart(world));
        pings.awaitEnd();
        lost.add(1_500L - pings.answers());
      }
    }
    table.add("native, agent killed -9, restarted: lost of 1,500 at 100/s", "pings", lost, 0, -1);
    table.add("native, restarted agent: loopback endpoints back", "ms", bound, 1_000, -1);
  }

  /// @return milliseconds from the start of `adit up` to all loopback endpoints of the new agent
  private static long restart(World world) throws IOException {
    long inThere = world.processes("r", "wireguard-go").getFirst().pid();
    Set<String> endpoints = loopback(inThere);
    assertThat(endpoints).isNotEmpty();
    world.kill("r", Disturbances.AGENT);
    World.await(PATIENCE, "no loopback endpoint is left", () -> loopback(inThere).isEmpty());
    long begun = Clock.SYSTEM.nanos();
    Process up = world.start("r", "up-again", "up", "--mode=native");
    try {
      while (!loopback(inThere).containsAll(endpoints)) {
        if (Clock.SYSTEM.nanos() - begun > PATIENCE.toNanos()) {
          throw new AssertionError("no loopback endpoints: " + world.agentLog("r"));
        }
        LockSupport.parkNanos(5_000_000);
      }
      long took = (Clock.SYSTEM.nanos() - begun) / 1_000_000;
      assertThat(up.waitFor()).as(() -> world.tail("up-again")).isZero();
      return took;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    } finally {
      World.end(up);
    }
  }

  /// The UDP sockets on 127.0.0.1 of a process's namespace, as the kernel writes them.
  private static Set<String> loopback(long pid) {
    Set<String> sockets = new TreeSet<>();
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/net/udp"))) {
        String[] words = line.strip().split("\\s+");
        if (words[1].startsWith("0100007F:")) {
          sockets.add(words[1]);
        }
      }
    } catch (IOException e) {
      // It has ended.
    }
    return sockets;
  }

  private void backAfterLong(World world) throws IOException {
    System.out.println("  native, path dead for " + LONG_LOST.toSeconds() + " s ...");
    try (var _ = pings(world)) {
      World.await(PATIENCE, "the best path", world::bothAreNative);
      world.lab.turn("l", "block-peer");
      World.pass(LONG_LOST);
      table.add(
          "native, path back after 330 s: direct after",
          "ms",
          List.of(back(world, "peer")),
          65_000,
          -1);
    }
  }

  private void killedUnderARelayedPath(World world) throws IOException {
    List<Long> gaps = new ArrayList<>();
    long still = still(world);
    try (var pings = pings(world)) {
      for (int i = 0; i < RUNS; i++) {
        long killed = Clock.SYSTEM.nanos();
        world.kill("r", Disturbances.AGENT);
        Outcome up = world.adit("r", "up");
        assertThat(up.status()).as(up.output()).isZero();
        World.pass(Duration.ofSeconds(4));
        gaps.add(pings.longestGapSince(killed) / 1_000_000);
      }
    }
    table.add("relayed, agent killed -9, restarted: silence", "ms", gaps, 3_000, still);
  }
}
