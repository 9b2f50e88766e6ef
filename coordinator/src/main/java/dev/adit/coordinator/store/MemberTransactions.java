package dev.adit.coordinator.store;

import dev.adit.core.coordinator.JoinKeyRow;
import dev.adit.core.coordinator.RelayJoining;
import dev.adit.core.coordinator.RelayMember;
import dev.adit.wire.control.RelayDescription;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/// Relays that join, and what they say of themselves. Runs inside [Database#transact].
public final class MemberTransactions {
  private static final String MEMBER =
      "SELECT machine_key, relay_key, network, joined_at FROM relay_member ";

  private MemberTransactions() {}

  public static List<RelayMember> all(Sql sql) throws SQLException {
    return sql.list(MEMBER + "ORDER BY joined_at, machine_key", MemberTransactions::member);
  }

  public static RelayJoining.Outcome join(Sql sql, RelayJoining.Command join, long now)
      throws SQLException {
    JoinKeyRow key = Transactions.joinKey(sql, join.keyId());
    var slice =
        key == null
            ? null
            : new RelayJoining.Slice(
                key,
                sql.first(
                    MEMBER + "WHERE machine_key = ?",
                    MemberTransactions::member,
                    join.machineKey().toB64()),
                sql.first(
                    MEMBER + "WHERE relay_key = ?",
                    MemberTransactions::member,
                    join.relayKey().toB64()));
    var outcome = RelayJoining.decide(slice, join, now);
    if (outcome instanceof RelayJoining.Outcome.Created(var member)) {
      Transactions.countUse(sql, join.keyId(), now);
      sql.update("DELETE FROM relay_member WHERE machine_key = ?", member.machineKey().toB64());
      sql.update(
          "INSERT INTO relay_member (machine_key, relay_key, network, joined_at)"
              + " VALUES (?, ?, ?, ?)",
          member.machineKey().toB64(),
          member.relayKey().toB64(),
          member.network(),
          member.joinedAt());
    }
    return outcome;
  }

  /// Publishes what a relay says of itself, to the networks it serves.
  public static List<Committed> describe(
      Sql sql,
      Transactions transactions,
      RelayMember member,
      RelayDescription description,
      long nowMillis)
      throws SQLException {
    return RelayTransactions.described(
        sql, member, description, transactions.records(), nowMillis, transactions.random());
  }

  private static RelayMember member(ResultSet row) throws SQLException {
    return new RelayMember(
        Rows.key(row, "machine_key"),
        Rows.key(row, "relay_key"),
        Rows.optionalId(row, "network"),
        row.getLong("joined_at"));
  }
}
