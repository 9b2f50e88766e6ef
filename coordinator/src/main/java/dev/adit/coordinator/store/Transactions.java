package dev.adit.coordinator.store;

import dev.adit.core.coordinator.History;
import dev.adit.core.coordinator.JoinKeyRow;
import dev.adit.core.coordinator.JoinKeys;
import dev.adit.core.coordinator.Joining;
import dev.adit.core.coordinator.Names;
import dev.adit.core.coordinator.NetworkRow;
import dev.adit.core.coordinator.Networks;
import dev.adit.core.coordinator.NodeRow;
import dev.adit.core.coordinator.Records;
import dev.adit.core.coordinator.Refusal;
import dev.adit.core.coordinator.Removing;
import dev.adit.core.coordinator.Revoking;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The coordinator's commands: each reads its slice, asks the pure decision, writes what it says.
/// All run inside [Database#transact].
public final class Transactions {
  private final Records records;
  private final RandomGenerator random;

  public Transactions(Records records, RandomGenerator random) {
    this.records = records;
    this.random = random;
  }

  RandomGenerator random() {
    return random;
  }

  Records records() {
    return records;
  }

  /// @param committed null if nothing changed
  public record Joined(Joining.Outcome outcome, @Nullable Committed committed) {}

  public record Removed(Removing.Outcome outcome, @Nullable Committed committed) {}

  public Joined join(Sql sql, Joining.Command join, long nowMillis) throws SQLException {
    long now = nowMillis / 1000;
    JoinKeyRow key = joinKey(sql, join.keyId());
    Joining.Slice slice = null;
    if (key != null && key.hasSecret(join.secret())) {
      UUID network = key.network();
      if (network == null) {
        var kind = Refusal.keyKind(join.keyId(), key.kind(), JoinKeyRow.Kind.NODE);
        return new Joined(new Joining.Outcome.Refused(kind), null);
      }
      sql.update(
          "DELETE FROM node_address WHERE network = ? AND released_at > 0 AND released_at <= ?",
          network,
          now - Joining.ADDRESS_REST_SECONDS);
      slice = slice(sql, key, network, join);
    }
    var outcome = Joining.decide(slice, join, nowMillis, random);
    return switch (outcome) {
      case Joining.Outcome.Existing _, Joining.Outcome.Refused _ -> new Joined(outcome, null);
      case Joining.Outcome.Rekeyed(var node) -> new Joined(outcome, write(sql, node, now));
      case Joining.Outcome.Created(var node) -> {
        countUse(sql, join.keyId(), now);
        yield new Joined(outcome, write(sql, node, now));
      }
    };
  }

  private static Joining.Slice slice(Sql sql, JoinKeyRow key, UUID id, Joining.Command join)
      throws SQLException {
    NetworkRow network = network(sql, id);
    var names = new HashSet<String>();
    String stem = Names.stem(Names.label(join.name()));
    names.addAll(
        sql.list(
            "SELECT name FROM node WHERE network = ? AND state = 'active'"
                + " AND name >= ? AND name < ?",
            row -> row.getString(1),
            id,
            stem,
            stem + "~")); // '~' sorts after all characters of a name
    var owners = new HashMap<IpAddress, String>();
    for (IpAddress wish : join.addresses()) {
      String owner =
          sql.first(
              "SELECT n.name FROM node_address a JOIN node n ON n.network = a.network"
                  + " AND n.id = a.node WHERE a.network = ? AND a.address = ?",
              row -> row.getString(1),
              id,
              wish);
      if (owner != null) {
        owners.put(wish, owner);
      }
    }
    return new Joining.Slice(
        key,
        network,
        sql.first(
            Rows.NODE + "WHERE network = ? AND machine_key = ? AND state = 'active'",
            Rows::node,
            id,
            join.machineKey().toB64()),
        sql.first(
            Rows.NODE + "WHERE node_key = ? AND state = 'active'",
            Rows::node,
            join.nodeKey().toB64()),
        (int) sql.number("SELECT count(*) FROM node WHERE network = ? AND state = 'active'", id),
        names,
        owners,
        freeHost(sql, network));
  }

  /// The lowest host number without an address; 0 if there is none.
  private static long freeHost(Sql sql, NetworkRow network) throws SQLException {
    long first = network.plan().firstHost();
    String held = "SELECT count(*) FROM node_address WHERE network = ? AND host = ?";
    if (sql.number(held, network.id(), first) == 0) {
      return first;
    }
    Long gap =
        sql.first(
            "SELECT a.host + 1 FROM node_address a WHERE a.network = ? AND a.host < ?"
                + " AND NOT EXISTS (SELECT 1 FROM node_address b WHERE b.network = a.network"
                + " AND b.host = a.host + 1) ORDER BY a.host LIMIT 1",
            row -> row.getLong(1),
            network.id(),
            network.plan().lastHost());
    return gap == null ? 0 : gap;
  }

  /// The key was good when it was read, and this transaction holds the write lock: the condition is
  /// a second lock on the same door (control R-JOIN-5 d).
  static void countUse(Sql sql, String key, long now) throws SQLException {
    int rows =
        sql.update(
            "UPDATE join_key SET uses = uses + 1 WHERE id = ? AND uses < max_uses"
                + " AND revoked_at = 0 AND expires_at > ?",
            key,
            now);
    if (rows != 1) {
      throw new IllegalStateException("join key " + key + " changed under its transaction");
    }
  }

  public Removed remove(Sql sql, String idOrName, long nowSeconds) throws SQLException {
    List<NodeRow> found =
        sql.list(
            Rows.NODE + "WHERE (id = ? OR name = ?) AND state = 'active' ORDER BY id <> ?",
            Rows::node,
            idOrName,
            idOrName,
            idOrName);
    NodeRow node = found.isEmpty() ? null : found.getFirst();
    if (found.size() > 1 && !found.getFirst().id().toString().equals(idOrName)) {
      String text =
          ("several networks have a node " + idOrName)
              + "; name it by its id, as adit node list -o json shows it";
      return new Removed(new Removing.Outcome.Refused(Refusal.invalid(text)), null);
    }
    var outcome = Removing.decide(node, idOrName, nowSeconds);
    return switch (outcome) {
      case Removing.Outcome.Refused _ -> new Removed(outcome, null);
      case Removing.Outcome.Removed(var tombstone) ->
          new Removed(outcome, write(sql, tombstone, nowSeconds));
    };
  }

  /// @param inUse prefixes of this machine's routes and addresses
  public Networks.Outcome createNetwork(Sql sql, String name, List<Prefix> inUse, long nowMillis)
      throws SQLException {
    var outcome = Networks.decide(name, Reads.networks(sql), inUse, nowMillis, random);
    if (outcome instanceof Networks.Outcome.Created(var network)) {
      Reads.createNetwork(sql, network, nowMillis / 1000);
    }
    return outcome;
  }

  public JoinKeys.Outcome createKey(Sql sql, JoinKeys.Wish wish, long nowSeconds)
      throws SQLException {
    var outcome = JoinKeys.decide(wish, nowSeconds, random);
    if (outcome instanceof JoinKeys.Outcome.Created(var key, _, _)) {
      sql.update(
          "INSERT INTO join_key (id, network, kind, secret_hash, uses, max_uses, created_at,"
              + " expires_at) VALUES (?, ?, ?, ?, 0, ?, ?, ?)",
          key.id(),
          key.network(),
          key.kind().text(),
          key.secretHash(),
          key.maxUses(),
          key.createdAt(),
          key.expiresAt());
    }
    return outcome;
  }

  public Revoking.Outcome revokeKey(Sql sql, String id, long nowSeconds) throws SQLException {
    var outcome = Revoking.decide(joinKey(sql, id), id, nowSeconds);
    if (outcome instanceof Revoking.Outcome.Revoked(var key, var changed) && changed) {
      sql.update("UPDATE join_key SET revoked_at = ? WHERE id = ?", key.revokedAt(), key.id());
    }
    return outcome;
  }

  Committed write(Sql sql, NodeRow node, long now) throws SQLException {
    var step =
        History.append(
            network(sql, node.network()),
            List.of(new History.Item(History.Kind.NODE, node.id())),
            now);
    var stored = new StoredNode(node, records.node(node).json());
    NodeWrites.put(sql, stored);
    NodeWrites.append(sql, step);
    return new Committed(step.network(), step.change(), List.of(stored), List.of());
  }

  static NetworkRow network(Sql sql, UUID id) throws SQLException {
    NetworkRow network = sql.first(Rows.NETWORK + "WHERE id = ?", Rows::network, id);
    if (network == null) {
      throw new SQLException("no network " + id);
    }
    return network;
  }

  static @Nullable JoinKeyRow joinKey(Sql sql, String id) throws SQLException {
    return sql.first(Rows.JOIN_KEY + "WHERE id = ?", Rows::joinKey, id);
  }
}
