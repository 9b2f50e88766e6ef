package dev.adit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.control.MapOutput;
import dev.adit.core.path.PathReason;
import dev.adit.net.metrics.Readings;
import dev.adit.wire.control.ControlMessage;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class AgentCountersTest {
  private static final UUID NETWORK = UUID.fromString("019a0000-0000-7000-8000-0000000000b1");

  private final AgentCounters counters = new AgentCounters();

  @Test
  void countsWhatOfAMapWasNotTaken() {
    counters.followed(new MapOutput.Send(new ControlMessage.Resync(NETWORK)));
    counters.followed(new MapOutput.Suspended("away", true));
    counters.followed(new MapOutput.EndStream("twice"));
    counters.followed(new MapOutput.PeersChanged(List.of()));
    counters.followed(new MapOutput.Send(new ControlMessage.Watch(NETWORK, List.of(NETWORK))));
    assertThat(value("adit_agent_map_refusals_total", "gap")).isEqualTo(1);
    assertThat(value("adit_agent_map_refusals_total", "suspended")).isEqualTo(1);
    assertThat(value("adit_agent_map_refusals_total", "contradiction")).isEqualTo(1);
    assertThat(value("adit_agent_map_refusals_total", "older_record")).isZero();
  }

  @Test
  void countsTriesLinksPathsAndRestarts() {
    counters.tried(StreamTry.BUSY);
    counters.link(LinkCount.UP);
    counters.link(LinkCount.LOST);
    counters.link(LinkCount.DROPPED_QUEUE_FULL);
    counters.pathChanged(PathReason.UPGRADE);
    counters.tunnelRestarted();
    assertThat(value("adit_agent_stream_tries_total", "busy")).isEqualTo(1);
    assertThat(value("adit_agent_relay_tries_total", "up")).isEqualTo(1);
    assertThat(value("adit_agent_relays_lost_total")).isEqualTo(1);
    assertThat(value("adit_agent_relay_packets_dropped_total", "queue_full")).isEqualTo(1);
    assertThat(value("adit_agent_relay_packets_dropped_total", "down")).isZero();
    assertThat(value("adit_agent_path_changes_total", "upgrade")).isEqualTo(1);
    assertThat(value("adit_agent_wireguard_restarts_total")).isEqualTo(1);
  }

  private double value(String name, String... labels) {
    return Readings.of(List.of(counters::read)).value(name, labels);
  }
}
