package dev.adit.coordinator.stream;

import dev.adit.core.coordinator.Healing;
import dev.adit.net.metrics.Counts;
import dev.adit.net.metrics.Metric;
import dev.adit.net.metrics.Readings;
import java.util.concurrent.atomic.LongAdder;

/// Everything that is counted about agents' streams. Thread-safe.
final class StreamCounters {
  /// How a join succeeded.
  enum Join {
    CREATED("A new node."),
    EXISTING("The machine had a node already, and keeps it."),
    REKEYED("The machine had a node already, which has a new WireGuard key now.");

    private final String sentence;

    Join(String sentence) {
      this.sentence = sentence;
    }
  }

  /// What became of an agent's report that it holds a newer record than ours.
  enum Report {
    UNSIGNED("None of our keys signed it."),
    IGNORED("We have the same or a newer one by now."),
    REISSUED("History conflict: our record was signed again, above theirs."),
    ALARM("History conflict: the record is from the future; a clock is or was wrong.");

    private final String sentence;

    Report(String sentence) {
      this.sentence = sentence;
    }
  }

  private final LongAdder proven = new LongAdder();
  private final Counts<StreamEnd> handshakesFailed = new Counts<>(StreamEnd.class);
  private final Counts<StreamEnd> ended = new Counts<>(StreamEnd.class);
  private final Counts<Join> joins = new Counts<>(Join.class);
  private final Counts<JoinRefusal> joinsRefused = new Counts<>(JoinRefusal.class);
  private final Counts<FullMap> maps = new Counts<>(FullMap.class);
  private final Counts<Report> reports = new Counts<>(Report.class);
  final LongAdder mapsRefused = new LongAdder();
  final LongAdder resumedCurrent = new LongAdder();
  final LongAdder deltas = new LongAdder();
  final LongAdder skipped = new LongAdder();
  private final LongAdder presenceMessages = new LongAdder();
  private final LongAdder presenceNodes = new LongAdder();

  void proven() {
    proven.increment();
  }

  /// @param wasProven whether the machine had proven its key
  void ended(StreamEnd why, boolean wasProven) {
    if (wasProven) {
      ended.count(why.afterProof() ? why : StreamEnd.OTHER);
    } else {
      handshakesFailed.count(why.beforeProof() ? why : StreamEnd.OTHER);
    }
  }

  void joined(Join how) {
    joins.count(how);
  }

  /// @param code of the refusal
  void joinRefused(String code) {
    joinsRefused.count(JoinRefusal.of(code));
  }

  void map(FullMap why) {
    maps.count(why);
  }

  void presence(int nodes) {
    presenceMessages.increment();
    presenceNodes.add(nodes);
  }

  void reportUnsigned() {
    reports.count(Report.UNSIGNED);
  }

  void reported(Healing.Outcome outcome) {
    reports.count(
        switch (outcome) {
          case Healing.Outcome.Ignored _ -> Report.IGNORED;
          case Healing.Outcome.Reissue _ -> Report.REISSUED;
          case Healing.Outcome.Alarm _ -> Report.ALARM;
        });
  }

  void read(Readings into) {
    into.counter(
        "adit_coordinator_streams_opened_total",
        "Streams whose machine proved its key.",
        proven.sum());
    readEnds(into);
    into.counters(
        "adit_coordinator_joins_total",
        "Joins that succeeded, by result.",
        "result",
        Join.values(),
        join -> join.sentence,
        joins::value);
    into.counters(
        "adit_coordinator_joins_refused_total",
        "Joins that were refused, by the code that the agent was told.",
        "code",
        JoinRefusal.values(),
        JoinRefusal::sentence,
        joinsRefused::value);
    into.counters(
        "adit_coordinator_map_full_total",
        "Whole maps sent, by why nothing less would do.",
        "reason",
        FullMap.values(),
        FullMap::sentence,
        maps::value);
    into.counter(
        "adit_coordinator_maps_refused_total",
        "Maps not sent to agents that asked for more than ten a minute.",
        mapsRefused.sum());
    into.counter(
        "adit_coordinator_maps_current_total",
        "Agents that came back with the current map, and got none.",
        resumedCurrent.sum());
    into.counter("adit_coordinator_deltas_sent_total", "Deltas sent to streams.", deltas.sum());
    into.counter(
        "adit_coordinator_presence_messages_total",
        "Messages sent that tell where other nodes are.",
        presenceMessages.sum());
    into.counter(
        "adit_coordinator_presence_nodes_total",
        "Nodes told of in messages that tell where nodes are.",
        presenceNodes.sum());
    into.counters(
        "adit_coordinator_newer_records_total",
        "Reports of agents that they hold newer records than this coordinator, by result.",
        "result",
        Report.values(),
        report -> report.sentence,
        reports::value);
    into.counter(
        "adit_coordinator_messages_skipped_total",
        "Messages and frames of a later version of the protocol, which were skipped.",
        skipped.sum());
  }

  private void readEnds(Readings into) {
    Metric failures =
        into.counters(
            "adit_coordinator_handshakes_failed_total",
            "Streams that ended before the machine proved its key, by reason.",
            "reason");
    Metric ends =
        into.counters(
            "adit_coordinator_streams_ended_total",
            "Streams that ended after the machine had proved its key, by reason.",
            "reason");
    for (StreamEnd end : StreamEnd.values()) {
      if (end.beforeProof()) {
        failures.explained(handshakesFailed.value(end), Readings.label(end), end.sentence());
      }
      if (end.afterProof()) {
        ends.explained(ended.value(end), Readings.label(end), end.sentence());
      }
    }
  }
}
