package dev.adit.agent;

import dev.adit.core.control.MapOutput;
import dev.adit.core.path.PathReason;
import dev.adit.net.metrics.Counts;
import dev.adit.net.metrics.Readings;
import java.util.concurrent.atomic.LongAdder;

/// What the agent counts outside of the packet path. Thread-safe.
final class AgentCounters {
  private final Counts<StreamTry> tries = new Counts<>(StreamTry.class);
  private final Counts<LinkCount> links = new Counts<>(LinkCount.class);
  private final Counts<MapRefusal> maps = new Counts<>(MapRefusal.class);
  private final Counts<PathReason> pathChanges = new Counts<>(PathReason.class);
  private final LongAdder streamsLost = new LongAdder();
  private final LongAdder skipped = new LongAdder();
  private final LongAdder tunnelsRestarted = new LongAdder();

  void tried(StreamTry result) {
    tries.count(result);
  }

  void streamLost() {
    streamsLost.increment();
  }

  /// A message of a later version was passed over.
  void skipped() {
    skipped.increment();
  }

  void link(LinkCount what) {
    links.count(what);
  }

  void followed(MapOutput output) {
    MapRefusal refusal = MapRefusal.of(output);
    if (refusal != null) {
      maps.count(refusal);
    }
  }

  void pathChanged(PathReason why) {
    pathChanges.count(why);
  }

  void tunnelRestarted() {
    tunnelsRestarted.increment();
  }

  void read(Readings into) {
    into.counters(
        "adit_agent_stream_tries_total",
        "Tries to reach the coordinator, by result.",
        "result",
        StreamTry.values(),
        StreamTry::sentence,
        tries::value);
    into.counter(
        "adit_agent_streams_lost_total",
        "Streams to the coordinator that were up and ended.",
        streamsLost.sum());
    into.counter(
        "adit_agent_messages_skipped_total",
        "Messages of the coordinator that are of a later version, and were skipped.",
        skipped.sum());
    into.counters(
        "adit_agent_map_refusals_total",
        "What of the coordinator's maps was not taken as it came, by reason.",
        "reason",
        MapRefusal.values(),
        MapRefusal::sentence,
        maps::value);
    var relays =
        into.counters(
            "adit_agent_relay_tries_total", "Tries to connect to a relay, by result.", "result");
    var dropped =
        into.counters(
            "adit_agent_relay_packets_dropped_total",
            "Packets for a relay that were dropped, by reason.",
            "reason");
    for (LinkCount count : LinkCount.values()) {
      long value = links.value(count);
      switch (count) {
        case UP, NO_CONNECTION, REFUSED, NOT_ADMITTED ->
            relays.explained(value, Readings.label(count), count.sentence());
        case LOST ->
            into.counter(
                "adit_agent_relays_lost_total",
                "Connections to relays that were up and ended.",
                value);
        case DROPPED_DOWN -> dropped.explained(value, "down", count.sentence());
        case DROPPED_QUEUE_FULL -> dropped.explained(value, "queue_full", count.sentence());
      }
    }
    into.counters(
        "adit_agent_path_changes_total",
        "Changes of a peer's path, by reason.",
        "reason",
        PathReason.values(),
        PathReason::sentence,
        pathChanges::value);
    into.counter(
        "adit_agent_wireguard_restarts_total",
        "How often the WireGuard interface had gone and was made anew.",
        tunnelsRestarted.sum());
  }
}
