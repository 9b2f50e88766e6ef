package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Outcome;
import dev.adit.net.Clock;
import dev.adit.net.local.LocalClient;
import dev.adit.systemtests.swarm.Flood;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Many at once, friends and enemies. Run by hand, `thousand-agents` or `flood`, with nothing else
/// on the machine: what they assert does not hold yet on two busy processors.
public final class LoadRuns {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int AGENTS = 1_000;
  private static final int WATCHED = 256;

  private LoadRuns() {}

  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "thousand-agents" -> new LoadRuns().aThousandAgentsJoinRestartAndRest();
      case "flood" -> new LoadRuns().aFloodOfConnectionsDoesNotReachTheWitnesses();
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  /// R-PRES-2.
  void aThousandAgentsJoinRestartAndRest() throws IOException {
    try (World world = World.withServer("direct+v4", "direct+v4")) {
      String key = reusableKey(world);
      var server = new Vitals(world.processes("srv", "serve").getFirst());
      long begun = Clock.SYSTEM.nanos();
      try (var swarm = SwarmProcess.start(world, "r", key, AGENTS, "n", Duration.ofSeconds(10))) {
        swarm.awaitUp(AGENTS, PATIENCE);
        long joined = Clock.SYSTEM.nanos() - begun;
        swarm.ask("watch " + WATCHED);
        World.pass(Duration.ofSeconds(5));

        long revision = metric(world, "adit_coordinator_revision");
        long transactions = metric(world, "adit_database_transactions_total");
        swarm.ask("zero");
        long restarted = Clock.SYSTEM.nanos();
        swarm.ask("restart 10000");
        swarm.awaitUp(AGENTS, PATIENCE);
        long back = Clock.SYSTEM.nanos() - restarted;
        World.pass(Duration.ofSeconds(5));
        long most = swarm.counted("presences-most");
        long transactionsMore = metric(world, "adit_database_transactions_total") - transactions;
        System.out.printf(
            "%d agents: joined within %d ms, restarted within %d ms with at most %d presence"
                + " messages each, %d whole maps, %d transactions%n",
            AGENTS,
            joined / 1_000_000,
            back / 1_000_000,
            most,
            swarm.counted("maps"),
            transactionsMore);
        assertThat(most).isBetween(1L, 50L);
        assertThat(swarm.counted("maps")).as("whole maps to current tokens").isZero();
        assertThat(metric(world, "adit_coordinator_revision")).isEqualTo(revision);

        World.pass(Duration.ofSeconds(3));
        double cpu = server.cpuSeconds();
        World.pass(Duration.ofSeconds(20));
        double idle = (server.cpuSeconds() - cpu) / 20;
        System.out.printf(
            "%d agents at rest: %.1f %% of a core, %d MiB of heap in use, %d MiB resident%n",
            AGENTS,
            100 * idle,
            metric(world, "jvm_memory_used_bytes{area=\"heap\"}") >> 20,
            server.residentBytes() >> 20);
        assertThat(idle).as("share of a core, idle").isLessThan(0.05);

        world.kill("srv", "serve");
        long killed = Clock.SYSTEM.nanos();
        world.serve();
        World.await(PATIENCE, "all are back", () -> swarm.counted("up") == AGENTS);
        System.out.printf(
            "%d agents: back %d ms after kill -9 of the server, which was started at once%n",
            AGENTS, (Clock.SYSTEM.nanos() - killed) / 1_000_000);
        assertThat(swarm.counted("maps")).as("whole maps to current tokens").isZero();
      }
    }
  }

  private static String reusableKey(World world) throws IOException {
    Outcome made = world.adit("srv", "key", "create", "--uses", "2000", "--out", "-");
    assertThat(made.status()).as(made.output()).isZero();
    return made.output().strip();
  }

  /// The value of the first line that begins so.
  private static long metric(World world, String name) throws IOException {
    Path socket = world.lab.run("srv").resolve("adit").resolve("coordinator.sock");
    String page = World.text(LocalClient.request(socket, "GET", "/metrics", new byte[0]).body());
    return page.lines()
        .filter(line -> line.startsWith(name))
        .map(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no metric " + name + " in\n" + page));
  }

  private static final int IDLE = 10_000;
  private static final int HALF = 2_000;
  private static final int SLOW = 200;

  void aFloodOfConnectionsDoesNotReachTheWitnesses() throws Exception {
    try (World world = World.joined("udpblock+v4", "direct+v4")) {
      List<String> sources = addAddresses(world);
      var server = new Vitals(world.processes("srv", "serve").getFirst());
      long quiet = p99(world, Duration.ofSeconds(10));
      long before = settled(world, server);
      long worst;
      Process flood = flood(world, sources);
      try (BufferedReader said = flood.inputReader(StandardCharsets.UTF_8)) {
        List<Long> during = new ArrayList<>();
        while (!said.ready()) {
          assertThat(flood.isAlive()).isTrue();
          during.add(p99(world, Duration.ofSeconds(5)));
          System.out.println(
              "flood: " + micros(during) + " open " + open(world) + " cpu " + server.cpuSeconds());
        }
        String opened = said.readLine();
        during.add(p99(world, Duration.ofSeconds(5)));
        System.out.println("flood: " + opened + ", connections " + metric(world, OPEN));
        System.out.printf(
            "flood: p99 of the witnesses quiet %d us, during %s us%n",
            quiet / 1000, micros(during));
        worst = PathScenariosTest.median(during);
        System.out.println("flood: resident " + (server.residentBytes() >> 20) + " MiB");
      } finally {
        World.end(flood);
      }
      World.await(PATIENCE, "they are gone", () -> open(world) < 10);
      long after = settled(world, server);
      System.out.printf("flood: memory %d KiB before, %d KiB after%n", before >> 10, after >> 10);
      assertThat(worst).isLessThanOrEqualTo(2 * quiet);
      assertThat(after).isLessThanOrEqualTo(before + before / 10);
      assertThat(world.bothSay("derp")).isTrue();
    }
  }

  private static final String OPEN = "adit_http_connections ";

  private static long open(World world) {
    try {
      return metric(world, OPEN);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String micros(List<Long> nanos) {
    return nanos.stream().map(each -> each / 1000).toList().toString();
  }

  /// Memory in use after a collection: heap, and what the process has besides.
  private static long settled(World world, Vitals server) throws IOException {
    long pid = world.processes("srv", "serve").getFirst().pid();
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    var _ = Outcome.mustSucceed(List.of(jcmd, Long.toString(pid), "GC.run"));
    return server.residentBytes();
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
    List<String> command = new ArrayList<>(List.of("nice", "-n", "19"));
    command.addAll(SwarmProcess.java(Flood.class));
    command.addAll(List.of(world.lab.address("SRV4"), "443"));
    for (int number : new int[] {IDLE, HALF, SLOW, 400}) {
      command.add(Integer.toString(number));
    }
    command.addAll(sources);
    return world.lab.converse("r", world.log("flood"), command);
  }

  /// The 99th percentile of the round trips between the witnesses, in nanoseconds.
  private static long p99(World world, Duration time) throws IOException {
    long count = time.toMillis() / 10;
    Outcome pings =
        world.lab.exec(
            "l", "ping", "-n", "-i", "0.01", "-c", Long.toString(count), world.address("r"));
    List<Double> millis = new ArrayList<>();
    for (String line : pings.output().lines().toList()) {
      int at = line.indexOf("time=");
      if (at > 0) {
        millis.add(Double.parseDouble(line.substring(at + 5, line.indexOf(' ', at))));
      }
    }
    System.out.println("flood: " + millis.size() + " of " + count + " pings answered");
    assertThat(millis).as(pings.output()).hasSizeGreaterThan((int) (count * 50 / 100));
    millis.sort(null);
    return (long) (millis.get(millis.size() * 99 / 100) * TimeUnit.MILLISECONDS.toNanos(1));
  }
}
