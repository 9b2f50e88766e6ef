package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Outcome;
import dev.adit.systemtests.swarm.Flood;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Strangers by the thousand, and two witnesses that ping each other through the relay. Run by hand
/// with nothing else on the machine: a ratio of 99th percentiles is no check for every day.
///
/// The witnesses are other machines, so they have a processor of their own; the server shares the
/// other one with the attacker.
public final class FloodRun {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int IDLE = 10_000;
  private static final int HALF = 2_000;
  private static final int SLOW = 200;
  private static final int PER_SECOND = 400;

  private static final String SERVER_PROCESSOR = "0";
  private static final String WITNESS_PROCESSOR = "1";

  private FloodRun() {}

  public static void main(String[] arguments) throws Exception {
    try (World world = World.joined("udpblock+v4", "direct+v4")) {
      List<String> sources = addAddresses(world);
      var server = new Vitals(world.processes("srv", "serve").getFirst());
      setApart(world);
      long unused = settled(server);
      roundTrips(world, 20);
      List<Long> quiet = roundTrips(world, 20);
      long before = settled(server);
      List<Long> first = roundTripsInFlood(world, sources);
      long after = settled(server);
      List<Long> second = roundTripsInFlood(world, sources);
      long later = settled(server);
      System.out.printf(
          "p99 of the witnesses %,d us quiet, %,d and %,d us in a flood; median %,d, %,d, %,d us%n",
          p99(quiet) / 1000,
          p99(first) / 1000,
          p99(second) / 1000,
          median(quiet) / 1000,
          median(first) / 1000,
          median(second) / 1000);
      System.out.printf(
          "memory at rest: %d KiB unused, %d KiB before the floods, %d KiB after one, %d KiB after two%n",
          unused >> 10, before >> 10, after >> 10, later >> 10);
      assertThat(p99(first)).isLessThanOrEqualTo(2 * p99(quiet));
      assertThat(p99(second)).isLessThanOrEqualTo(2 * p99(quiet));
      assertThat(after).isLessThanOrEqualTo(before + before / 10);
      assertThat(later).isLessThanOrEqualTo(before + before / 10);
      assertThat(world.bothSay("derp")).isTrue();
    }
  }

  /// Those of the witnesses from a flood's first connection until it stands.
  private static List<Long> roundTripsInFlood(World world, List<String> sources)
      throws IOException {
    List<Long> times = new ArrayList<>();
    Process flood = flood(world, sources);
    try (BufferedReader said = flood.inputReader(StandardCharsets.UTF_8)) {
      while (!said.ready()) {
        assertThat(flood.isAlive())
            .as(() -> "the attacker has ended: " + world.tail("flood"))
            .isTrue();
        List<Long> now = roundTrips(world, 5);
        System.out.printf("  %,d us with %,d connections%n", p99(now) / 1000, open(world));
        times.addAll(now);
      }
      System.out.println("flood: " + said.readLine());
      times.addAll(roundTrips(world, 5));
    } finally {
      World.end(flood);
    }
    World.await(PATIENCE, "they are gone", () -> open(world) < 10);
    return times;
  }

  private static void setApart(World world) throws IOException {
    pin(world.processes("srv", "serve"), SERVER_PROCESSOR);
    for (String host : List.of("l", "r")) {
      pin(world.processes(host, ""), WITNESS_PROCESSOR);
    }
  }

  private static void pin(List<ProcessHandle> processes, String processor) throws IOException {
    for (ProcessHandle process : processes) {
      String pid = Long.toString(process.pid());
      var _ = Outcome.mustSucceed(List.of("taskset", "-a", "-c", "-p", processor, pid));
    }
  }

  private static final String OPEN = "adit_http_connections ";

  private static long open(World world) {
    try {
      return ServerMetric.of(world, OPEN);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// What the server has once it rests.
  private static long settled(Vitals server) throws IOException {
    World.pass(Duration.ofSeconds(70)); // see IdleMemory
    long bytes = server.residentBytes();
    System.out.printf("memory at rest: %d KiB%n", bytes >> 10);
    return bytes;
  }

  /// A hundred addresses more for the attacker, as one alone would be refused soon.
  private static List<String> addAddresses(World world) throws IOException {
    String own = world.lab.address("R_HOST4");
    String net = own.substring(0, own.lastIndexOf('.') + 1);
    List<String> added = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      String address = net + (140 + i);
      var _ =
          Outcome.mustSucceed(
              List.of(
                  "ip",
                  "-n",
                  world.lab.namespace("r"),
                  "address",
                  "add",
                  address + "/25",
                  "dev",
                  "eth0"));
      added.add(address);
    }
    return added;
  }

  private static Process flood(World world, List<String> sources) throws IOException {
    // The attacker's machine is another one: what it computes shall not be what is measured.
    // Linux weighs sessions before processes, so the attacker's session has to be meek, too.
    String meek =
        "[ -e /proc/self/autogroup ] && echo 19 > /proc/self/autogroup; exec taskset -c "
            + SERVER_PROCESSOR
            + " nice -n 19 \"$@\"";
    List<String> command = new ArrayList<>(List.of("setsid", "sh", "-c", meek, "sh"));
    command.addAll(SwarmProcess.java(Flood.class));
    command.addAll(List.of(world.lab.address("SRV4"), "443"));
    for (int number : new int[] {IDLE, HALF, SLOW, PER_SECOND}) {
      command.add(Integer.toString(number));
    }
    command.addAll(sources);
    return world.lab.converse("r", world.log("flood"), command);
  }

  /// The round trips between the witnesses for so many seconds, a hundred a second, in nanoseconds;
  /// those without an answer count as endless.
  private static List<Long> roundTrips(World world, int seconds) throws IOException {
    int count = seconds * 100;
    Outcome pings =
        world.lab.exec(
            "l",
            "taskset",
            "-c",
            WITNESS_PROCESSOR,
            "ping",
            "-n",
            "-i",
            "0.01",
            "-c",
            Integer.toString(count),
            world.address("r"));
    List<Long> times = new ArrayList<>();
    for (String line : pings.output().lines().toList()) {
      int at = line.indexOf("time=");
      if (at > 0) {
        double millis = Double.parseDouble(line.substring(at + 5, line.indexOf(' ', at)));
        times.add((long) (millis * TimeUnit.MILLISECONDS.toNanos(1)));
      }
    }
    while (times.size() < count) {
      times.add(Long.MAX_VALUE);
    }
    return times;
  }

  private static long p99(List<Long> times) {
    return sorted(times).get(times.size() * 99 / 100);
  }

  private static long median(List<Long> times) {
    return sorted(times).get(times.size() / 2);
  }

  private static List<Long> sorted(List<Long> times) {
    return times.stream().sorted().toList();
  }
}
