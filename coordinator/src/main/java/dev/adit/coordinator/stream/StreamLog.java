package dev.adit.coordinator.stream;

import dev.adit.core.coordinator.NodeRow;
import dev.adit.core.coordinator.RelayMember;
import dev.adit.crypto.PublicKey;
import dev.adit.net.log.LogLine;
import java.util.Collection;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is logged of agents' streams above DEBUG. Machines are named by their nodes, or by the
/// abbreviated form of their key. Thread-safe.
final class StreamLog {
  private static final Logger LOG = LoggerFactory.getLogger(StreamLog.class);

  private StreamLog() {}

  static void joined(NodeRow node) {
    LogLine.info(LOG, "node_joined")
        .addKeyValue("node", node.name())
        .addKeyValue("id", node.id())
        .addKeyValue("network", node.network())
        .log("a node joined");
  }

  static void relayJoined(RelayMember relay) {
    LogLine.info(LOG, "relay_joined")
        .addKeyValue("machine", relay.machineKey())
        .addKeyValue("network", relay.network() == null ? "all" : relay.network())
        .log("a relay joined");
  }

  /// @param code as the agent is told
  static void joinRefused(String code) {
    LogLine.info(LOG, "join_refused").addKeyValue("code", code).log("a join was refused");
  }

  /// @param machine null before it has proven its key
  static void dropped(@Nullable PublicKey machine, StreamEnd why) {
    LogLine.info(LOG, "stream_dropped")
        .addKeyValue("machine", machine)
        .addKeyValue("reason", why.sentence())
        .log("a stream was ended");
  }

  /// @param nodes of the machine
  static void duplicateMachine(Collection<NodeRow> nodes) {
    LogLine.warn(LOG, "duplicate_machine")
        .addKeyValue("nodes", nodes.stream().map(NodeRow::name).toList())
        .log(
            "two machines use one identity: a copied disk? on the copy run adit up --new-identity");
  }

  /// @param what as the agent says
  static void notUnderstood(String what) {
    LogLine.info(LOG, "agent_too_old")
        .addKeyValue("what", what)
        .log("an agent does not understand something of this version");
  }

  /// @param id of a node or relay
  static void recordOfTheFuture(UUID id, long serial) {
    LogLine.error(LOG, "history_conflict_future")
        .addKeyValue("id", id)
        .addKeyValue("serial", serial)
        .log("history conflict: an agent holds a record of the future; is the clock right?");
  }

  /// @param id of a node or relay
  static void recordReissued(UUID id) {
    LogLine.warn(LOG, "history_conflict")
        .addKeyValue("id", id)
        .log("history conflict: an agent held a newer record; ours was signed again above it");
  }
}
