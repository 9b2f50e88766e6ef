package dev.adit.coordinator.store;

import dev.adit.core.coordinator.JoinKeyRow;
import dev.adit.core.coordinator.Refusal;
import dev.adit.core.coordinator.RelayJoining;
import dev.adit.core.coordinator.RelayMember;
import dev.adit.wire.MalformedException;
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

  /// What became of a wish to remove a relay.
  public sealed interface Removal {
    record Removed(RelayMember member, List<Committed> committed) implements Removal {}

    record Refused(Refusal refusal) implements Removal {}
  }

  /// Ends the membership of a relay, and withdraws it from the networks it served.
  public static Removal remove(Sql sql, Transactions transactions, String idOrName, long nowMillis)
      throws SQLException {
    for (StoredRelay relay : RelayTransactions.live(sql)) {
      if (!relay.row().id().toString().equals(idOrName) && !name(relay).equals(idOrName)) {
        continue;
      }
      RelayMember member =
          sql.first(
              MEMBER + "WHERE relay_key = ?",
              MemberTransactions::member,
              relay.row().key().toB64());
      if (member == null) {
        String text = "relay " + idOrName + " has not joined; take it out of --relay-file";
        return new Removal.Refused(Refusal.invalid(text));
      }
      sql.update("DELETE FROM relay_member WHERE machine_key = ?", member.machineKey().toB64());
      return new Removal.Removed(
          member,
          RelayTransactions.removed(
              sql, relay.row(), transactions.records(), nowMillis, transactions.random()));
    }
    return new Removal.Refused(
        Refusal.unknown("no relay " + idOrName + " here; see: adit coordinator relay list"));
  }

  private static String name(StoredRelay relay) throws SQLException {
    try {
      return RelayDescription.parseAll(relay.row().description()).getFirst().name();
    } catch (MalformedException e) {
      throw new SQLException("a stored relay: " + e.getMessage(), e);
    }
  }

  private static RelayMember member(ResultSet row) throws SQLException {
    return new RelayMember(
        Rows.key(row, "machine_key"),
        Rows.key(row, "relay_key"),
        Rows.optionalId(row, "network"),
        row.getLong("joined_at"));
  }
}
