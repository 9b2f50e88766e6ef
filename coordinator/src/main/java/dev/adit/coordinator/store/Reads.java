package dev.adit.coordinator.store;

import dev.adit.core.coordinator.AddressPlan;
import dev.adit.core.coordinator.ChangeRow;
import dev.adit.core.coordinator.JoinKeyRow;
import dev.adit.core.coordinator.NetworkRow;
import dev.adit.wire.control.Revisions;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What is read at start and by the API, and the few rows that are no decision.
public final class Reads {
  private Reads() {}

  public static List<NetworkRow> networks(Sql sql) throws SQLException {
    return sql.list(Rows.NETWORK + "ORDER BY id", Rows::network);
  }

  /// Makes a network of revision 0.
  public static NetworkRow createNetwork(Sql sql, UUID id, String name, AddressPlan plan, long now)
      throws SQLException {
    var network = new NetworkRow(id, name, plan, 0, Revisions.first(id));
    createNetwork(sql, network, now);
    return network;
  }

  static void createNetwork(Sql sql, NetworkRow network, long now) throws SQLException {
    sql.update(
        "INSERT INTO network (id, name, v4, v6, revision, digest, changed_at)"
            + " VALUES (?, ?, ?, ?, 0, ?, ?)",
        network.id(),
        network.name(),
        network.plan().v4(),
        network.plan().v6(),
        network.digest(),
        now);
  }

  public static List<StoredNode> liveNodes(Sql sql, UUID network) throws SQLException {
    return sql.list(
        Rows.NODE + "WHERE network = ? AND state = 'active' ORDER BY id",
        Rows::storedNode,
        network);
  }

  /// Nodes removed after `since`, oldest first (control R-DB-10).
  public static List<StoredNode> tombstones(Sql sql, UUID network, long since) throws SQLException {
    return sql.list(
        Rows.NODE + "WHERE network = ? AND state = 'removed' AND ended_at > ? ORDER BY ended_at",
        Rows::storedNode,
        network,
        since);
  }

  /// The newest changes since `since`, oldest first, at most `most`.
  public static List<ChangeRow> changes(Sql sql, UUID network, long since, int most)
      throws SQLException {
    return sql.list(
            Rows.CHANGE + "WHERE network = ? AND at >= ? ORDER BY revision DESC LIMIT ?",
            Rows::change,
            network,
            since,
            most)
        .reversed();
  }

  /// Forgets what nobody can resume from (control R-REV-6) and tombstones older than `tombstones`.
  public static void forget(Sql sql, UUID network, long changes, long tombstones)
      throws SQLException {
    sql.update("DELETE FROM change WHERE network = ? AND at < ?", network, changes);
    sql.update(
        "DELETE FROM node_address WHERE network = ? AND released_at > 0 AND released_at < ?",
        network,
        tombstones);
    sql.update(
        "DELETE FROM node WHERE network = ? AND state = 'removed' AND ended_at < ?",
        network,
        tombstones);
  }

  public static List<JoinKeyRow> joinKeys(Sql sql) throws SQLException {
    return sql.list(Rows.JOIN_KEY + "ORDER BY created_at, id", Rows::joinKey);
  }

  public static @Nullable JoinKeyRow joinKey(Sql sql, String id) throws SQLException {
    return sql.first(Rows.JOIN_KEY + "WHERE id = ?", Rows::joinKey, id);
  }

  /// Reserves `count` numbers nobody else gets, also not after a restart.
  ///
  /// @return the first of them, at least 1
  public static long reserve(Sql sql, String counter, int count) throws SQLException {
    sql.update("UPDATE counter SET value = value + ? WHERE name = ?", count, counter);
    return sql.number("SELECT value FROM counter WHERE name = ?", counter) - count + 1;
  }

  /// @param id machine key, base64url
  public record Seen(String id, long stream, String instance, long at) {}

  public static void seen(Sql sql, Seen seen) throws SQLException {
    sql.update(
        "INSERT INTO machine_stream (machine_key, stream, instance, seen_at) VALUES (?, ?, ?, ?)"
            + " ON CONFLICT (machine_key) DO UPDATE SET stream = excluded.stream,"
            + " instance = excluded.instance, seen_at = excluded.seen_at"
            + " WHERE stream <= excluded.stream",
        seen.id,
        seen.stream,
        seen.instance,
        seen.at);
  }

  /// Machine key (base64url) to the second it was last heard.
  public static Map<String, Long> lastSeen(Sql sql) throws SQLException {
    var seen = new HashMap<String, Long>();
    for (var row :
        sql.list(
            "SELECT machine_key, seen_at FROM machine_stream",
            row -> Map.entry(row.getString(1), row.getLong(2)))) {
      seen.put(row.getKey(), row.getValue());
    }
    return seen;
  }

  public static void createAdminToken(Sql sql, String id, byte[] secretHash, long now)
      throws SQLException {
    sql.update(
        "INSERT INTO admin_token (id, secret_hash, created_at) VALUES (?, ?, ?)",
        id,
        secretHash,
        now);
  }

  public static boolean hasAdminToken(Sql sql) throws SQLException {
    return sql.number("SELECT count(*) FROM admin_token") > 0;
  }

  public static boolean revokeAdminToken(Sql sql, String id, long now) throws SQLException {
    return sql.update(
            "UPDATE admin_token SET revoked_at = ? WHERE id = ? AND revoked_at = 0", now, id)
        > 0;
  }

  /// Id to SHA-256 of the secret, of all tokens that are not revoked.
  public static Map<String, byte[]> adminTokens(Sql sql) throws SQLException {
    var tokens = new HashMap<String, byte[]>();
    for (var row :
        sql.list(
            "SELECT id, secret_hash FROM admin_token WHERE revoked_at = 0",
            row -> Map.entry(row.getString(1), row.getBytes(2)))) {
      tokens.put(row.getKey(), row.getValue());
    }
    return tokens;
  }
}
