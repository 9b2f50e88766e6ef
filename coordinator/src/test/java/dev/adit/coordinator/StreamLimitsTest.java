package dev.adit.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.net.metrics.Readings;
import dev.adit.wire.control.ControlMessage.Delta;
import dev.adit.wire.control.ControlMessage.Watch;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a stream may leave for the hub to do.
@Timeout(60)
class StreamLimitsTest {
  private static final int MOST_WAITING = 64;

  @TempDir Path state;
  private TestCoordinator site;
  private final CountDownLatch busy = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);

  @BeforeEach
  void opens() throws Exception {
    site = new TestCoordinator(state);
  }

  @AfterEach
  void closes() throws Exception {
    goOn.countDown();
    site.close();
  }

  @Test
  void whoHasMoreThan64MessagesBeforeABusyHubIsDropped() throws Exception {
    var talker = begins();
    var removal = makeBusy("other");
    talker.say(MOST_WAITING);
    assertThat(talker.agent.isClosed()).isFalse();
    talker.say(1);
    assertThat(talker.agent.awaitClose()).isEqualTo(1008);

    goOn.countDown();
    removal.join();
    assertThat(value("adit_coordinator_streams_ended_total", "too_fast")).isEqualTo(1);
  }

  @Test
  void messagesThatTheHubHasDoneCountNoMore() throws Exception {
    var talker = begins();
    var removal = makeBusy("other");
    talker.say(MOST_WAITING);
    goOn.countDown();
    removal.join();
    assertThat(value("adit_coordinator_streams")).as("asked of the hub, after them").isEqualTo(2);

    talker.say(MOST_WAITING);
    assertThat(talker.agent.isClosed()).isFalse();
  }

  private record Talker(TestAgent agent, UUID network) {
    void say(int times) throws Exception {
      for (int i = 0; i < times; i++) {
        agent.send(new Watch(network, List.of()));
      }
    }
  }

  private Talker begins() throws Exception {
    var agent = site.joined("talker");
    site.joined("other");
    return new Talker(agent, agent.await(Delta.class).network());
  }

  /// The hub tells relays of a removed node and waits until they have heard it.
  private Thread makeBusy(String node) throws Exception {
    site.coordinator
        .admission()
        .onRevoked(_ -> {
          busy.countDown();
          try {
            goOn.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    var removal = Thread.startVirtualThread(() -> site.call("DELETE", "/api/v1/nodes/" + node, ""));
    busy.await();
    return removal;
  }

  private double value(String name, String... labels) {
    var readings = new Readings();
    site.coordinator.read(readings);
    return readings.value(name, labels);
  }
}
