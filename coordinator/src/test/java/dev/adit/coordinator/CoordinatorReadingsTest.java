package dev.adit.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.net.metrics.Readings;
import dev.adit.wire.control.ControlMessage.Delta;
import dev.adit.wire.control.ControlMessage.Failure;
import dev.adit.wire.control.ControlMessage.NetworkMap;
import dev.adit.wire.control.ControlMessage.Resync;
import dev.adit.wire.control.ControlMessage.Superseded;
import dev.adit.wire.control.ControlMessage.Welcome;
import dev.adit.wire.control.JoinKey;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CoordinatorReadingsTest {
  @TempDir Path folder;
  private TestCoordinator server;

  @BeforeEach
  void opens() throws Exception {
    server = new TestCoordinator(folder.resolve("state"));
  }

  @AfterEach
  void closes() throws Exception {
    server.close();
  }

  @Test
  void countsJoinsMapsAndStreams() throws Exception {
    var first = server.joined("one");
    server.joined("two");
    first.await(Delta.class);
    assertThat(value("adit_coordinator_joins_total", "created")).isEqualTo(2);
    assertThat(value("adit_coordinator_streams_opened_total")).isEqualTo(2);
    assertThat(value("adit_coordinator_streams")).isEqualTo(2);
    assertThat(value("adit_coordinator_map_full_total", "new")).isEqualTo(2);
    assertThat(value("adit_coordinator_deltas_sent_total")).isPositive();
    assertThat(value("adit_database_transactions_total")).isPositive();
    assertThat(value("adit_database_seconds_total")).isPositive();
  }

  @Test
  void tellsRevisionAndNodesOfEachNetwork() throws Exception {
    var node = server.joined("one");
    var networks = server.json("GET", "/api/v1/networks", "").objects("networks", 10);
    String id = networks.getFirst().string("id");
    assertThat(value("adit_coordinator_revision", id))
        .isEqualTo((double) networks.getFirst().integer("revision"));
    assertThat(value("adit_coordinator_nodes", id)).isEqualTo(1);
    assertThat(value("adit_coordinator_nodes_online", id)).isEqualTo(1);
    node.close();
    await("adit_coordinator_streams_ended_total", "gone");
    assertThat(value("adit_coordinator_nodes_online", id)).isZero();
  }

  @Test
  void countsRefusalsByTheCodeThatTheAgentIsTold() throws Exception {
    JoinKey unknown =
        JoinKey.create(TestCoordinator.URL, server.joinKey().root(), new SecureRandom());
    var stranger = TestAgent.connect(server.coordinator);
    stranger.next(Welcome.class);
    stranger.join(unknown, "stranger");
    assertThat(stranger.next(Failure.class).code()).isEqualTo("join_key_unknown");
    assertThat(value("adit_coordinator_joins_refused_total", "join_key_unknown")).isEqualTo(1);
  }

  @Test
  void countsMapsThatAgentsAskFor() throws Exception {
    var node = server.joined("one");
    var network = server.json("GET", "/api/v1/networks", "").objects("networks", 10);
    var id = java.util.UUID.fromString(network.getFirst().string("id"));
    for (int i = 0; i < 11; i++) {
      node.send(new Resync(id));
    }
    assertThat(node.await(Failure.class).code()).isEqualTo("rate_limited");
    assertThat(value("adit_coordinator_map_full_total", "asked")).isEqualTo(10);
    assertThat(value("adit_coordinator_maps_refused_total")).isEqualTo(1);
    await("adit_coordinator_streams_ended_total", "rate_limited");
  }

  @Test
  void countsAStreamThatANewerOneReplaces() throws Exception {
    var first = server.joined("one");
    TestAgent.connect(server.coordinator, first.machine, first.nodeKey, "a", List.of())
        .await(NetworkMap.class);
    first.await(Superseded.class);
    await("adit_coordinator_streams_ended_total", "superseded");
    assertThat(value("adit_coordinator_streams")).isEqualTo(1);
  }

  @Test
  void holdsNoKeyNameOrAddress() throws Exception {
    var node = server.joined("a-telling-name");
    var readings = new Readings();
    server.coordinator.read(readings);
    String all = readings.metrics().stream().map(CoordinatorReadingsTest::text).toList().toString();
    assertThat(all)
        .doesNotContain("a-telling-name", node.machine.publicKey().toB64(), "192.0.2.7")
        .contains("adit_coordinator_revision");
  }

  private static String text(dev.adit.net.metrics.Metric metric) {
    return metric.name() + metric.labels() + metric.samples() + metric.meanings();
  }

  private double value(String name, String... labels) {
    var readings = new Readings();
    server.coordinator.read(readings);
    return readings.value(name, labels);
  }

  /// An agent may see the end before it is counted.
  private void await(String name, String... labels) {
    while (value(name, labels) == 0) {
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(value(name, labels)).as(name + Arrays.toString(labels)).isEqualTo(1);
  }
}
