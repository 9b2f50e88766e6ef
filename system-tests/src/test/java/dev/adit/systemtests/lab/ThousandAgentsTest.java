package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.net.Clock;
import java.io.IOException;
import java.time.Duration;

/// A thousand agents on the real protocol, in a second process.
class ThousandAgentsTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int AGENTS = 1_000;
  private static final int WATCHED = 256;

  /// R-PRES-2 (C-26 for one machine).
  @LabScenario("thousand-agents")
  void aThousandAgentsJoinRestartAndRest() throws IOException {
    try (World world = World.withServer("direct+v4", "direct+v4")) {
      String key = world.reusableKey(2 * AGENTS);
      var server = new Vitals(world.processes("srv", "serve").getFirst());
      long begun = Clock.SYSTEM.nanos();
      try (var swarm = SwarmProcess.start(world, "r", key, AGENTS, "n", Duration.ofSeconds(10))) {
        swarm.awaitUp(AGENTS, PATIENCE);
        long joined = Clock.SYSTEM.nanos() - begun;
        swarm.ask("watch " + WATCHED);
        World.pass(Duration.ofSeconds(5));

        long revision = ServerMetric.of(world, "adit_coordinator_revision");
        long transactions = ServerMetric.of(world, "adit_database_transactions_total");
        swarm.ask("zero");
        long restarted = Clock.SYSTEM.nanos();
        swarm.ask("restart 10000");
        swarm.awaitUp(AGENTS, PATIENCE);
        long back = Clock.SYSTEM.nanos() - restarted;
        World.pass(Duration.ofSeconds(5));
        long most = swarm.counted("presences-most");
        long transactionsMore =
            ServerMetric.of(world, "adit_database_transactions_total") - transactions;
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
        assertThat(ServerMetric.of(world, "adit_coordinator_revision")).isEqualTo(revision);
        // Once a minute it is noted when machines were last seen.
        assertThat(transactionsMore).as("transactions").isLessThanOrEqualTo(1);

        World.pass(Duration.ofSeconds(3));
        double cpu = server.cpuSeconds();
        World.pass(Duration.ofSeconds(20));
        double idle = (server.cpuSeconds() - cpu) / 20;
        System.out.printf(
            "%d agents at rest: %.1f %% of a core, %d MiB of heap in use, %d MiB resident%n",
            AGENTS,
            100 * idle,
            ServerMetric.of(world, "jvm_memory_used_bytes{area=\"heap\"}") >> 20,
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
}
