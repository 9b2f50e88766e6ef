package dev.adit.coordinator.store;

import dev.adit.core.coordinator.History;
import dev.adit.core.coordinator.NodeRow;
import dev.adit.wire.IpAddress;
import java.sql.SQLException;

/// Writes nodes and history rows.
final class NodeWrites {
  private NodeWrites() {}

  /// Inserts or replaces the node's row; a tombstone's addresses begin to rest.
  static void put(Sql sql, StoredNode stored) throws SQLException {
    NodeRow node = stored.row();
    sql.update(
        "INSERT INTO node (network, id, machine_key, node_key, name, host, state, serial, body,"
            + " issued_at, created_at, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            + " ON CONFLICT (network, id) DO UPDATE SET node_key = excluded.node_key,"
            + " state = excluded.state, serial = excluded.serial, body = excluded.body,"
            + " issued_at = excluded.issued_at, ended_at = excluded.ended_at",
        node.network(),
        node.id(),
        node.machineKey().toB64(),
        node.nodeKey().toB64(),
        node.name(),
        node.host(),
        node.isLive() ? "active" : "removed",
        node.serial(),
        stored.record(),
        node.issuedAt(),
        node.createdAt(),
        node.endedAt());
    for (IpAddress address : node.addresses()) {
      int rows =
          sql.update(
              "INSERT INTO node_address (network, address, host, node, released_at)"
                  + " VALUES (?, ?, ?, ?, ?) ON CONFLICT (network, address)"
                  + " DO UPDATE SET released_at = excluded.released_at WHERE node = excluded.node",
              node.network(),
              address,
              node.host(),
              node.id(),
              node.endedAt());
      if (rows != 1) {
        throw new IllegalStateException("address " + address + " belongs to another node");
      }
    }
  }

  /// Adds the change row and raises the network's revision.
  static void append(Sql sql, History.Step step) throws SQLException {
    var change = step.change();
    sql.update(
        "INSERT INTO change (network, revision, text, digest, at) VALUES (?, ?, ?, ?, ?)",
        change.network(),
        change.revision(),
        change.text(),
        change.digest(),
        change.at());
    sql.update(
        "UPDATE network SET revision = ?, digest = ?, changed_at = ? WHERE id = ?",
        change.revision(),
        change.digest(),
        change.at(),
        change.network());
  }
}
