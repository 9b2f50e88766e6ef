package dev.adit.coordinator.store;

import dev.adit.core.coordinator.AddressPlan;
import dev.adit.core.coordinator.ChangeRow;
import dev.adit.core.coordinator.JoinKeyRow;
import dev.adit.core.coordinator.NetworkRow;
import dev.adit.core.coordinator.NodeRow;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Prefix;
import dev.adit.wire.Text;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Reads rows into records. A row that cannot be read was not written by us: [SQLException].
final class Rows {
  static final String NETWORK = "SELECT id, name, v4, v6, revision, digest FROM network ";
  static final String NODE =
      "SELECT network, id, machine_key, node_key, name, host, serial, issued_at, created_at,"
          + " ended_at, body, (SELECT v4 FROM network WHERE id = node.network) AS v4,"
          + " (SELECT v6 FROM network WHERE id = node.network) AS v6 FROM node ";
  static final String JOIN_KEY =
      "SELECT id, network, kind, secret_hash, uses, max_uses, created_at, expires_at, revoked_at"
          + " FROM join_key ";
  static final String CHANGE = "SELECT network, revision, text, digest, at FROM change ";

  private Rows() {}

  static NetworkRow network(ResultSet row) throws SQLException {
    return new NetworkRow(
        id(row, "id"),
        row.getString("name"),
        plan(row),
        row.getLong("revision"),
        row.getBytes("digest"));
  }

  static NodeRow node(ResultSet row) throws SQLException {
    long host = row.getLong("host");
    return new NodeRow(
        id(row, "network"),
        id(row, "id"),
        key(row, "machine_key"),
        key(row, "node_key"),
        row.getString("name"),
        plan(row).addresses(host),
        host,
        row.getLong("serial"),
        row.getLong("issued_at"),
        row.getLong("created_at"),
        row.getLong("ended_at"));
  }

  static StoredNode storedNode(ResultSet row) throws SQLException {
    return new StoredNode(node(row), row.getString("body"));
  }

  static JoinKeyRow joinKey(ResultSet row) throws SQLException {
    return new JoinKeyRow(
        row.getString("id"),
        optionalId(row, "network"),
        JoinKeyRow.Kind.of(row.getString("kind")),
        row.getBytes("secret_hash"),
        row.getInt("uses"),
        row.getInt("max_uses"),
        row.getLong("created_at"),
        row.getLong("expires_at"),
        row.getLong("revoked_at"));
  }

  static ChangeRow change(ResultSet row) throws SQLException {
    return new ChangeRow(
        id(row, "network"),
        row.getLong("revision"),
        row.getString("text"),
        row.getBytes("digest"),
        row.getLong("at"));
  }

  static UUID id(ResultSet row, String column) throws SQLException {
    return UUID.fromString(row.getString(column));
  }

  static @Nullable UUID optionalId(ResultSet row, String column) throws SQLException {
    String text = row.getString(column);
    return text == null ? null : UUID.fromString(text);
  }

  static PublicKey key(ResultSet row, String column) throws SQLException {
    try {
      return PublicKey.of(Text.parseB64(row.getString(column), PublicKey.BYTES));
    } catch (MalformedException e) {
      throw new SQLException("column " + column + ": " + e.getMessage(), e);
    }
  }

  private static AddressPlan plan(ResultSet row) throws SQLException {
    try {
      return new AddressPlan(Prefix.parse(row.getString("v4")), Prefix.parse(row.getString("v6")));
    } catch (MalformedException e) {
      throw new SQLException("ranges of a network: " + e.getMessage(), e);
    }
  }
}
