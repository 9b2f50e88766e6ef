package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Outcome;
import dev.adit.net.Clock;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// One node with twenty real peers.
class ManyPeersTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int PEERS = 20;
  private static final int RUNS = 3;
  private static final long SECOND = 1_000_000_000L;

  /// Row X-7: WireGuard goes on sending to the peers' loopback endpoints, so an agent that is
  /// started again has to be there.
  @LabScenario("agent-killed-twenty-peers")
  void anAgentStartedAgainBindsTheSamePortsAndReachesAllPeers() throws IOException {
    List<PingStream> pings = new ArrayList<>();
    try (World world = World.withServer("direct+v4", "direct+v4")) {
      String key = world.reusableKey(PEERS + 1);
      up(world, "l", key);
      List<String> hosts = new ArrayList<>();
      for (int i = 1; i <= PEERS; i++) {
        String host = FurtherHost.add(world.lab, i);
        hosts.add(host);
        up(world, host, key);
      }
      World.await(PATIENCE, "l knows them", () -> peers(world) == PEERS);
      for (String host : hosts) {
        pings.add(new PingStream(world.lab, "l", world.address(host), 0.2));
      }
      World.await(
          PATIENCE, "all answer", () -> pings.stream().allMatch(stream -> stream.answers() > 10));
      Set<String> ports = loopbackPorts(world);
      assertThat(ports).hasSizeGreaterThanOrEqualTo(PEERS);

      List<Long> bound = new ArrayList<>();
      List<Long> silent = new ArrayList<>();
      String agent = Disturbances.AGENT;
      for (int run = 0; run < RUNS; run++) {
        long killed = Clock.SYSTEM.nanos();
        world.kill("l", agent);
        World.await(PATIENCE, "its ports are free", () -> loopbackPorts(world).isEmpty());
        long started = Clock.SYSTEM.nanos();
        // As a supervisor would.
        world.start("l", "up-again", "up", "--foreground");
        World.await(PATIENCE, "the same ports", () -> loopbackPorts(world).equals(ports));
        bound.add(Clock.SYSTEM.nanos() - started);
        World.pass(Duration.ofSeconds(8));
        silent.add(
            pings.stream().mapToLong(stream -> stream.longestGapSince(killed)).max().orElseThrow());
        agent = "dev.adit.cli.Adit"; // wireguard-go, too, runs in the foreground
      }
      System.out.printf(
          "agent killed with %d peers, ms: same ports after %s, all answered after %s%n",
          PEERS, PathScenariosTest.millis(bound), PathScenariosTest.millis(silent));
      assertThat(PathScenariosTest.median(bound)).isLessThanOrEqualTo(SECOND);
      assertThat(PathScenariosTest.median(silent)).isLessThanOrEqualTo(5 * SECOND);
    } finally {
      pings.forEach(PingStream::close);
    }
  }

  private static void up(World world, String host, String key) throws IOException {
    Outcome up = world.adit(host, "up", key);
    assertThat(up.status()).as(() -> up.output() + world.agentLog(host)).isZero();
  }

  private static int peers(World world) {
    try {
      return world.status("l").objects("peers", 100).size();
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  /// The UDP ports that are bound on 127.0.0.1 of host `l`.
  private static Set<String> loopbackPorts(World world) {
    try {
      return world
          .lab
          .exec("l", "ss", "-Huan", "src", "127.0.0.1")
          .output()
          .lines()
          .map(line -> line.split(" +")[3])
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
