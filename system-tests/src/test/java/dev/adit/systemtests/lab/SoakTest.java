package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Outcome;
import dev.adit.net.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// Four nodes, one of them on the server's own machine, and one thing after the other that goes
/// wrong. l reaches r and s3 by the relay only.
///
/// A short run is part of every test run; `bin/soak` makes longer ones, see its `--help`.
class SoakTest {
  private static final List<String> SITES =
      List.of("sym+v4", "portcone+v4", "portcone+shift+v4"); // l, r, s3

  private static final List<String> SIDES = List.of("l", "r", "s3");
  private static final List<String> HOSTS = List.of("l", "r", "s3", "srv");
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final Duration WATCH = LIMIT.plusSeconds(1);

  /// After the end of a disturbance, until every pair that can be direct is so again.
  private static final Duration DIRECT_AGAIN = Duration.ofSeconds(65);

  private static final long RECENT = 1_000_000_000L;

  /// Percent. While other virtual machines have more than this, a late answer is none of ours.
  private static final int MOST_STOLEN = 10;

  private static final int MORE_DESCRIPTORS = 8; // connections that come and go

  @LabScenario("random-disturbance")
  void everyPairIsBackFiveSecondsAfterEachDisturbance() throws IOException {
    Duration time = Duration.ofSeconds(number("ADIT_SOAK_SECONDS", 60));
    long seed = number("ADIT_SOAK_SEED", Clock.SYSTEM.wall().getEpochSecond());
    var random = new Random(seed);
    System.out.println("random disturbance for " + time.toSeconds() + " s, seed " + seed);
    try (World world = World.of(SITES);
        Soak soak = new Soak(world)) {
      List<String> before = soak.belongings();
      Map<String, Integer> descriptors = soak.descriptors();
      long end = Clock.SYSTEM.nanos() + time.toNanos();
      List<String> late = new ArrayList<>();
      int count = 0;
      int unjudged = 0;
      while (Clock.SYSTEM.nanos() < end) {
        Disturbance next = soak.any(random);
        ProcessorTime begun = ProcessorTime.now();
        Map<String, Long> silence = soak.disturb(next, Duration.ofMillis(random.nextInt(7_000)));
        long direct = soak.awaitDirect();
        ProcessorTime spent = ProcessorTime.now().since(begun);
        System.out.printf(
            "%4d %-36s longest silence, ms: %s; direct again within %d ms; processors idle %d %%, stolen %d %%%n",
            ++count, next.name(), silence, direct, spent.idlePercent(), spent.stolenPercent());
        silence.values().removeIf(millis -> millis <= LIMIT.toMillis());
        if (silence.isEmpty()) {
          continue;
        }
        System.out.println(soak.logs());
        if (spent.stolenPercent() > MOST_STOLEN) {
          unjudged++;
        } else {
          late.add(next.name() + ": " + silence);
        }
      }
      assertThat(late).isEmpty();
      assertThat(unjudged).as("late while others had the processors").isLessThan(count / 10 + 1);
      World.pass(Duration.ofSeconds(5));
      assertThat(soak.belongings()).isEqualTo(before);
      soak.descriptors()
          .forEach((process, open) ->
              assertThat(open)
                  .as("descriptors of " + process)
                  .isLessThanOrEqualTo(descriptors.getOrDefault(process, 0) + MORE_DESCRIPTORS));
      soak.leave();
    }
  }

  private static long number(String variable, long otherwise) {
    String text = System.getenv(variable);
    return text == null ? otherwise : Long.parseLong(text);
  }

  /// Four nodes that ping each other all the time.
  private static final class Soak implements AutoCloseable {
    private final World world;
    private final Disturbances disturbances;
    private final FakeClock clock; // of r
    private final Map<String, PingStream> pings = new LinkedHashMap<>();
    private final Map<String, String> addresses = new LinkedHashMap<>();
    private long ended; // when the last disturbance did
    private String left = "192.168.1.10";
    private int renumbered;

    Soak(World world) throws IOException {
      this.world = world;
      disturbances = new Disturbances(world);
      clock = new FakeClock(world, "r", "+0");
      clock.succeeds(world, "r", "up", world.key());
      world.up("l");
      world.up("s3");
      world.up("srv");
      for (String host : HOSTS) {
        addresses.put(host, world.address(host));
      }
      for (int i = 0; i < HOSTS.size(); i++) {
        for (String to : HOSTS.subList(i + 1, HOSTS.size())) {
          String from = HOSTS.get(i);
          pings.put(from + "–" + to, new PingStream(world.lab, from, address(to), 0.1));
        }
      }
      World.await(
          PATIENCE, "all pings", () -> pings.values().stream().allMatch(p -> p.answers() > 5));
      ended = Clock.SYSTEM.nanos();
      long _ = awaitDirect();
    }

    private String address(String host) {
      return Objects.requireNonNull(addresses.get(host));
    }

    /// Every pair but those with l, whose NAT is hard, and r or s3.
    ///
    /// @return milliseconds from the end of the last disturbance until it was seen that they are
    ///   direct at both ends
    long awaitDirect() {
      Duration left = DIRECT_AGAIN.minusNanos(Clock.SYSTEM.nanos() - ended);
      World.await(
          left.isNegative() ? Duration.ZERO : left,
          () -> "direct paths" + logs(),
          () -> {
            for (String a : HOSTS) {
              for (String b : HOSTS) {
                boolean isHard =
                    a.equals("l") && !b.equals("srv") || b.equals("l") && !a.equals("srv");
                if (!a.equals(b) && !isHard && !world.path(a, address(b)).equals("direct")) {
                  return false;
                }
              }
            }
            return true;
          });
      return TimeUnit.NANOSECONDS.toMillis(Clock.SYSTEM.nanos() - ended);
    }

    Disturbance any(Random random) throws IOException {
      String host = HOSTS.get(random.nextInt(HOSTS.size()));
      String side = SIDES.get(random.nextInt(SIDES.size()));
      return switch (random.nextInt(11)) {
        case 0 -> disturbances.udpBlocked(side);
        case 1 -> disturbances.peersBlocked(side);
        case 2 -> disturbances.oneWayBlocked(side);
        case 3 -> disturbances.rebound(side);
        case 4 -> disturbances.linkDown(side);
        case 5 -> renumbered();
        case 6 -> disturbances.suspended(host);
        case 7 -> agentKilled(host);
        case 8 -> disturbances.wireGuardKilled(host);
        case 9 -> disturbances.serverKilled();
        default -> disturbances.clockJumps("r", clock.file(), random.nextBoolean() ? "+3d" : "-2y");
      };
    }

    private Disturbance agentKilled(String host) {
      return disturbances.agentKilled(
          host,
          () -> {
            if (host.equals("r")) {
              clock.succeeds(world, host, "up");
            } else {
              Outcome up = world.adit(host, "up");
              assertThat(up.status()).as(() -> up.output() + world.agentLog(host)).isZero();
            }
          });
    }

    private Disturbance renumbered() throws IOException {
      String from = left;
      left = "192.168.1." + (20 + renumbered++ % 200);
      return disturbances.renumbered("l", from, left);
    }

    /// @return for each pair, the longest silence after the end of it, in milliseconds. The first
    ///   answer alone would say little: it may have been on its way before
    Map<String, Long> disturb(Disturbance what, Duration time) throws IOException {
      what.begin().run();
      if (what.lasts()) {
        World.pass(time);
      }
      ended = Clock.SYSTEM.nanos();
      what.end().run();
      long watched = Math.max(ended + WATCH.toNanos(), Clock.SYSTEM.nanos());
      World.pass(Duration.ofNanos(Math.max(0, watched - Clock.SYSTEM.nanos())));
      var silence = new LinkedHashMap<String, Long>();
      pings.forEach((pair, stream) -> {
        World.await(
            PATIENCE,
            () -> pair + " after " + what.name() + logs(),
            () -> stream.lastAnswer() > Clock.SYSTEM.nanos() - RECENT);
        silence.put(pair, TimeUnit.NANOSECONDS.toMillis(stream.longestGapSince(ended)));
      });
      return silence;
    }

    private String logs() {
      var all = new StringBuilder();
      HOSTS.forEach(host -> all.append('\n').append(host).append(world.agentLog(host)));
      return all.append("\nserver: ").append(world.tail("serve")).toString();
    }

    /// What the hosts have now, without names that change: links, rules, processes, files.
    List<String> belongings() throws IOException {
      List<String> all = new ArrayList<>();
      for (String host : HOSTS) {
        for (String show : List.of("ip -br link", "ip rule", "ip -6 rule", "nft list ruleset")) {
          List<String> words = new ArrayList<>(List.of("ip", "netns", "exec"));
          words.add(world.lab.namespace(host));
          words.addAll(List.of(show.split(" ")));
          Outcome.mustSucceed(words).lines().forEach(line -> all.add(host + ": " + line.strip()));
        }
        world.processes(host, "").stream()
            .map(process -> process.info().command().orElse("?"))
            .sorted()
            .forEach(command -> all.add(host + " runs " + command));
        Path lab = world.lab.folder();
        for (Path folder : List.of(world.lab.run(host), world.lab.lib(host))) {
          try (var files = Files.walk(folder)) {
            files
                .filter(Files::exists)
                .map(file -> host + " has " + lab.relativize(file))
                .sorted()
                .forEach(all::add);
          }
        }
      }
      return all;
    }

    Map<String, Integer> descriptors() throws IOException {
      var open = new TreeMap<String, Integer>();
      for (String host : HOSTS) {
        for (String word : List.of(Disturbances.AGENT, Disturbances.WIREGUARD)) {
          open.put(host + " " + word, descriptors(host, word));
        }
      }
      open.put("server", descriptors("srv", "serve"));
      return open;
    }

    private int descriptors(String host, String word) throws IOException {
      return new Vitals(world.processes(host, word).getFirst()).descriptors();
    }

    void leave() throws IOException {
      close();
      for (String host : HOSTS) {
        assertThat(world.adit(host, "down").status()).isZero();
      }
      world.stopServer();
      for (String host : HOSTS) {
        World.await(PATIENCE, "nothing runs on " + host, () -> isEmpty(host));
      }
    }

    private boolean isEmpty(String host) {
      try {
        return world.processes(host, "").isEmpty();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void close() {
      pings.values().forEach(PingStream::close);
    }
  }
}
