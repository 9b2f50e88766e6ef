package dev.adit.coordinator.stream;

import dev.adit.coordinator.store.MemberTransactions;
import dev.adit.coordinator.store.Reads;
import dev.adit.coordinator.store.RelayTransactions;
import dev.adit.coordinator.store.Sql;
import dev.adit.coordinator.store.StoredNode;
import dev.adit.core.coordinator.NetworkRow;
import dev.adit.core.coordinator.NetworkView;
import dev.adit.core.coordinator.NodeRow;
import dev.adit.core.coordinator.RelayMember;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.Envelope;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// What the hub begins with, read in one transaction.
///
/// @param tombstones nodes removed within the last 30 days
/// @param members relays that joined
/// @param lastSeen machine key (base64url) to seconds since 1970
/// @param firstStream the first of a block of reserved stream numbers
public record StartState(
    List<NetworkView> networks,
    List<NodeRow> tombstones,
    List<RelayMember> members,
    Map<String, Long> lastSeen,
    long firstStream) {
  public static final long TOMBSTONE_SECONDS = 30L * 24 * 3600;
  public static final long CHANGES_SECONDS = 24 * 3600;

  public static StartState read(Sql sql, long nowSeconds) throws SQLException {
    var views = new ArrayList<NetworkView>();
    var tombstones = new ArrayList<NodeRow>();
    for (NetworkRow network : Reads.networks(sql)) {
      var view = new NetworkView(network);
      view.load(
          Reads.liveNodes(sql, network.id()).stream().map(StartState::node).toList(),
          relays(sql, network.id()),
          Reads.changes(sql, network.id(), nowSeconds - CHANGES_SECONDS, NetworkView.MOST_CHANGES));
      views.add(view);
      for (var node : Reads.tombstones(sql, network.id(), nowSeconds - TOMBSTONE_SECONDS)) {
        tombstones.add(node.row());
      }
    }
    long first = Reads.reserve(sql, "stream", StreamNumbers.BLOCK);
    return new StartState(
        views, tombstones, MemberTransactions.all(sql), Reads.lastSeen(sql), first);
  }

  /// The records of the relays that serve a network.
  public static Map<UUID, Envelope> relays(Sql sql, UUID network) throws SQLException {
    var relays = new LinkedHashMap<UUID, Envelope>();
    for (var relay : RelayTransactions.live(sql)) {
      if (relay.row().serves(network)) {
        relays.put(relay.row().id(), envelope(relay.record()));
      }
    }
    return relays;
  }

  static NetworkView.Node node(StoredNode stored) {
    return new NetworkView.Node(stored.row(), envelope(stored.record()));
  }

  /// Reads a record of our own; the database holds no other.
  static Envelope envelope(String record) {
    try {
      return Envelope.parse(record);
    } catch (MalformedException e) {
      throw new IllegalStateException("stored record: " + e.getMessage(), e);
    }
  }
}
