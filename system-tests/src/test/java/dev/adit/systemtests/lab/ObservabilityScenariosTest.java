package dev.adit.systemtests.lab;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Outcome;
import dev.adit.crypto.PrivateKey;
import dev.adit.net.Clock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// What operators see of a network: metrics and logs, and what those who wait are told.
class ObservabilityScenariosTest {
  private static final String NAME = "a-rather-telling-name";
  private static final String ASK =
      "exec 3<>/dev/tcp/%s/9586 && printf 'GET /metrics HTTP/1.1\\r\\nHost: localhost\\r\\n"
          + "Connection: close\\r\\n\\r\\n' >&3 && cat <&3";
  private static final Pattern LOG_LINE = Pattern.compile("(?m)^2\\d{3}-.*\\n");
  private static final long SECOND = 1_000_000_000L;

  @LabScenario("metrics-and-logs")
  void metricsTellWhatHappensAndNeitherTheyNorLogsTellSecrets() throws IOException {
    try (World world =
        World.withServer("portcone+v4", "portcone+v4", "--metrics", "127.0.0.1:9586")) {
      world.up("l", "--name", NAME, "--log-format", "json");
      world.up("r");
      world.awaitPeers();
      world.becomeDirect();
      Outcome ping = world.lab.exec("l", "ping", "-n", "-c", "3", "-i", "0.2", world.address("r"));
      assertThat(ping.status()).as(ping.output()).isZero();

      String node = said(world, "l", "metrics");
      assertThat(value(node, "adit_agent_packets_total{direction=\"out\",path=\"relay\"}"))
          .isPositive();
      assertThat(value(node, "adit_agent_wireguard_bytes_total{direction=\"out\"}"))
          .isGreaterThan(3 * 128);
      assertThat(value(node, "adit_agent_path_changes_total{reason=\"upgrade\"}")).isPositive();
      assertThat(value(node, "adit_agent_peers{path=\"direct\"}")).isEqualTo(1);
      assertThat(value(node, "adit_agent_stream_tries_total{result=\"welcomed\"}")).isEqualTo(1);
      assertThat(value(node, "adit_agent_coordinator_connected")).isEqualTo(1);

      String server = said(world, "srv", "metrics", "--coordinator");
      assertThat(value(server, "adit_coordinator_streams")).isEqualTo(2);
      assertThat(value(server, "adit_coordinator_joins_total{result=\"created\"}")).isEqualTo(2);
      assertThat(value(server, "adit_derp_connections")).isEqualTo(2);
      assertThat(value(server, "adit_stun_answers_total{form=\"full\"}")).isPositive();
      assertThat(value(server, "adit_tls_handshakes_total{version=\"1.3\"}")).isPositive();
      assertThat(value(server, "process_open_fds")).isPositive();

      Outcome local = world.lab.exec("srv", "bash", "-c", ASK.formatted("127.0.0.1"));
      assertThat(local.output()).startsWith("HTTP/1.1 200 ").contains("adit_coordinator_streams 2");
      String address = world.lab.address("SRV4");
      Outcome remote = world.lab.exec("l", "bash", "-c", ASK.formatted(address));
      assertThat(remote.status()).as("from elsewhere").isNotZero();

      assertThat(world.agentLog("l")).contains("\"event\":\"usable\"");
      // What a server says to whoever starts it is there, too, and no log.
      String served = Files.readString(world.log("serve"));
      String logs =
          LOG_LINE.matcher(served).results().map(MatchResult::group).collect(joining())
              + world.agentLog("l")
              + world.agentLog("r");
      assertThat(logs).contains("node_joined: a node joined node=" + NAME);
      Needles.areNotIn((node + server).getBytes(StandardCharsets.UTF_8), secrets(world, true));
      Needles.areNotIn(logs.getBytes(StandardCharsets.UTF_8), secrets(world, false));
    }
  }

  /// Another program holds the lock of the coordinator's database when a machine comes to join.
  @LabScenario("first-join-waits")
  void aFirstJoinWaitsWhereTheCoordinatorAsksItTo() throws Exception {
    try (World world = World.withServer("direct+v4", "direct+v4")) {
      Path database = world.lab.lib("srv").resolve("adit").resolve("coordinator.db");
      String pause = "adit: the coordinator cannot write now (database locked); next try in 30 s";
      Process up;
      try (Lock _ = new Lock(database)) {
        Outcome limited = world.adit("r", "up", "--timeout", "15s", "--key", world.key());
        assertThat(limited.status()).isEqualTo(1);
        assertThat(limited.output())
            .isEqualTo(
                pause
                    + "; the agent keeps trying, adit status tells how it goes, adit down ends"
                    + " it\n");
        assertThat(said(world, "r", "down")).isEqualTo("down\n");

        up = world.start("l", "waits", "up", "--key", world.key());
        World.await(
            Duration.ofSeconds(20),
            () -> "it is told to wait: " + world.tail("waits"),
            () -> world.tail("waits").contains(pause));
      }
      long free = Clock.SYSTEM.nanos();
      World.await(
          Duration.ofSeconds(60),
          () -> "the node is up: " + world.tail("waits"),
          () -> world.tail("waits").contains("up as "));
      assertThat(Clock.SYSTEM.nanos() - free)
          .as("not before it was asked to")
          .isGreaterThan(SECOND);
      assertThat(up.waitFor()).isZero();
      assertThat(Files.readString(world.log("waits"))).hasLineCount(2).startsWith(pause + "\n");
    }
  }

  /// SQLite's lock for writing, held.
  private static final class Lock implements AutoCloseable {
    private final Connection connection;

    Lock(Path database) throws SQLException {
      connection = DriverManager.getConnection("jdbc:sqlite:" + database);
      try (Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA busy_timeout = 10000");
        statement.execute("BEGIN IMMEDIATE");
      }
    }

    @Override
    public void close() throws SQLException {
      connection.close();
    }
  }

  private static String said(World world, String host, String... command) throws IOException {
    Outcome outcome = world.adit(host, command);
    assertThat(outcome.status()).as(outcome.output()).isZero();
    return outcome.output();
  }

  /// The value behind a name with its labels.
  private static double value(String page, String series) {
    for (String line : page.split("\n", -1)) {
      if (line.startsWith(series + " ")) {
        return Double.parseDouble(line.substring(series.length() + 1));
      }
    }
    throw new AssertionError("no " + series + " in\n" + page);
  }

  /// @param names with names, which logs may tell
  private static Map<String, byte[]> secrets(World world, boolean names) throws IOException {
    Map<String, byte[]> secrets = new LinkedHashMap<>();
    String[] parts = world.key().split("\\.", -1);
    secrets.put("secret of the join key", Base64.getUrlDecoder().decode(parts[parts.length - 2]));
    for (String host : List.of("l", "r")) {
      for (String file : List.of("machine.key", "node.key")) {
        Path path = world.lab.lib(host).resolve("adit").resolve(file);
        byte[] key = Base64.getDecoder().decode(Files.readString(path).strip());
        secrets.put("private " + file + " of " + host, key);
        secrets.put("public " + file + " of " + host, PrivateKey.of(key).publicKey().bytes());
      }
      secrets.put("address of " + host, ascii(world.address(host)));
    }
    for (String name : List.of("SRV4", "SRV4B")) {
      secrets.put("address of the server, " + name, ascii(world.lab.address(name)));
    }
    if (names) {
      secrets.put("name", ascii(NAME));
    }
    return secrets;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
