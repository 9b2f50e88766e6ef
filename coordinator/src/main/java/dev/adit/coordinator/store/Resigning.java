package dev.adit.coordinator.store;

import dev.adit.core.coordinator.History;
import dev.adit.core.coordinator.NetworkRow;
import dev.adit.core.coordinator.Records;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.Envelope;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Signs records again that the record key in force has not signed yet, as an ordinary change of
/// each network (control §1, "record"). Runs inside [Database#transact].
public final class Resigning {
  private Resigning() {}

  /// Bodies and serials stay.
  ///
  /// @return one change for each network that had such a record
  public static List<Committed> run(Sql sql, Records records, long nowSeconds) throws SQLException {
    var relays = new ArrayList<StoredRelay>();
    for (StoredRelay relay : RelayTransactions.live(sql)) {
      String record = again(records, Context.RELAY, relay.record());
      if (record != null) {
        sql.update("UPDATE relay SET body = ? WHERE id = ?", record, relay.row().id());
        relays.add(new StoredRelay(relay.row(), record));
      }
    }
    var committed = new ArrayList<Committed>();
    for (NetworkRow network : Reads.networks(sql)) {
      var nodes = new ArrayList<StoredNode>();
      for (StoredNode node : Reads.liveNodes(sql, network.id())) {
        String record = again(records, Context.NODE, node.record());
        if (record != null) {
          sql.update(
              "UPDATE node SET body = ? WHERE network = ? AND id = ?",
              record,
              network.id(),
              node.row().id());
          nodes.add(new StoredNode(node.row(), record));
        }
      }
      var ofNetwork = relays.stream().filter(relay -> relay.row().serves(network.id())).toList();
      if (!nodes.isEmpty() || !ofNetwork.isEmpty()) {
        committed.add(append(sql, network, nodes, ofNetwork, nowSeconds));
      }
    }
    return committed;
  }

  private static Committed append(
      Sql sql, NetworkRow network, List<StoredNode> nodes, List<StoredRelay> relays, long now)
      throws SQLException {
    var items = new ArrayList<History.Item>();
    nodes.forEach(node -> items.add(new History.Item(History.Kind.NODE, node.row().id())));
    relays.forEach(relay -> items.add(new History.Item(History.Kind.RELAY, relay.row().id())));
    var step = History.append(network, items, now);
    NodeWrites.append(sql, step);
    return new Committed(step.network(), step.change(), nodes, relays);
  }

  private static @Nullable String again(Records records, Context context, String stored)
      throws SQLException {
    try {
      Envelope record = Envelope.parse(stored);
      return records.isSigned(record) ? null : records.again(context, record).json();
    } catch (MalformedException e) {
      throw new SQLException("a stored record: " + e.getMessage(), e);
    }
  }
}
