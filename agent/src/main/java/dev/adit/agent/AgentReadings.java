package dev.adit.agent;

import dev.adit.core.path.DropReason;
import dev.adit.core.path.PathNode;
import dev.adit.core.path.PathState;
import dev.adit.core.path.TunnelMtu;
import dev.adit.net.metrics.Metric;
import dev.adit.net.metrics.Readings;
import dev.adit.net.udp.UdpLoop;
import java.util.function.BooleanSupplier;

/// What the agent tells of itself. Any thread may ask; what the packet loop counts is read on its
/// thread, between two packets.
final class AgentReadings implements Readings.Source {
  private final UdpLoop loop;
  private final DataPlane plane;
  private final PathNode path;
  private final BooleanSupplier coordinatorConnected;
  private final AgentCounters counters;

  AgentReadings(
      UdpLoop loop,
      DataPlane plane,
      PathNode path,
      BooleanSupplier coordinatorConnected,
      AgentCounters counters) {
    this.loop = loop;
    this.plane = plane;
    this.path = path;
    this.coordinatorConnected = coordinatorConnected;
    this.counters = counters;
  }

  @Override
  public void read(Readings into) {
    into.gauge(
        "adit_agent_coordinator_connected",
        "1 while a stream to the coordinator is up.",
        coordinatorConnected.getAsBoolean() ? 1 : 0);
    Readings _ =
        LoopQuestion.ask(
            loop,
            () -> {
              onLoop(into);
              return into;
            });
    counters.read(into);
  }

  private void onLoop(Readings into) {
    DerpLink home = plane.links().home();
    into.gauge(
        "adit_agent_relay_connected",
        "1 while the home relay is connected.",
        home != null && home.isUp() ? 1 : 0);
    Metric peers = into.gauges("adit_agent_peers", "Peers, by how they are reached.", "path");
    var states = path.states();
    for (PathState state : PathState.values()) {
      peers.explained(states.getOrDefault(state, 0), Readings.label(state), state.sentence());
    }
    Metric mtus =
        into.gauges("adit_agent_peers_by_mtu", "Peers, by the MTU of the route to them.", "mtu");
    var byMtu = path.mtus();
    for (int mtu : TunnelMtu.steps()) {
      mtus.add(byMtu.getOrDefault(mtu, 0), Integer.toString(mtu));
    }
    into.counter(
        "adit_agent_mtu_lowered_total",
        "How often a path in use was found to lose packets of its MTU.",
        path.mtuLowered());
    traffic(into);
    into.counters(
        "adit_agent_drops_total",
        "Packets that arrived and went no further, by reason.",
        "reason",
        DropReason.values(),
        DropReason::sentence,
        path.drops()::get);
    into.counter(
        "adit_agent_unsent_total",
        "Datagrams to the network that the kernel, or the helper, did not take.",
        loop.unsent());
    into.counter(
        "adit_agent_unheard_total",
        "Probes and STUN answers to WireGuard's port that came faster than the agent took them.",
        loop.unheard());
  }

  private void traffic(Readings into) {
    Metric packets =
        into.counters(
            "adit_agent_packets_total",
            "WireGuard packets that passed the agent, by path; one that goes by both counts for both.",
            "path",
            "direction");
    Metric bytes =
        into.counters(
            "adit_agent_bytes_total", "Bytes of these packets, by path.", "path", "direction");
    add(packets, bytes, "direct", plane.direct());
    add(packets, bytes, "relay", plane.relayed());
    into.counters(
            "adit_agent_wireguard_bytes_total",
            "Bytes of WireGuard packets by any path, also of those that did not pass the agent.",
            "direction")
        .add(plane.sentBytes(), "out")
        .add(plane.receivedBytes(), "in");
  }

  private static void add(Metric packets, Metric bytes, String path, Traffic traffic) {
    packets.add(traffic.sentPackets(), path, "out").add(traffic.receivedPackets(), path, "in");
    bytes.add(traffic.sentBytes(), path, "out").add(traffic.receivedBytes(), path, "in");
  }
}
