package dev.adit.coordinator.store;

import dev.adit.core.coordinator.History;
import dev.adit.core.coordinator.NetworkRow;
import dev.adit.core.coordinator.Records;
import dev.adit.core.coordinator.RelayChoosing;
import dev.adit.core.coordinator.RelayMember;
import dev.adit.core.coordinator.RelayRow;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.control.RelayDescription;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Keeps the relay rows equal to the set of relays that was told.
public final class RelayTransactions {
  private static final String RELAY =
      "SELECT id, relay_key, state, serial, description, network, issued_at, not_after, body"
          + " FROM relay ";

  private RelayTransactions() {}

  public static List<StoredRelay> live(Sql sql) throws SQLException {
    return sql.list(
        RELAY + "WHERE state = 'active' ORDER BY id",
        row -> new StoredRelay(relay(row), row.getString("body")));
  }

  /// Signs and writes what changed: one change of every network, none if nothing did. Relays that
  /// joined speak for themselves, so they are left as they are.
  public static List<Committed> put(
      Sql sql,
      List<RelayDescription> wanted,
      Records records,
      long nowMillis,
      RandomGenerator random)
      throws SQLException {
    var joined = new HashSet<PublicKey>();
    MemberTransactions.all(sql).forEach(member -> joined.add(member.relayKey()));
    var held = new ArrayList<>(sql.list(RELAY + "ORDER BY id", RelayTransactions::relay));
    held.removeIf(relay -> joined.contains(relay.key()));
    var others = new ArrayList<>(wanted);
    others.removeIf(relay -> joined.contains(relay.key()));
    return put(sql, held, others, null, records, nowMillis, random);
  }

  /// Writes what a relay that joined says of itself.
  static List<Committed> described(
      Sql sql,
      RelayMember member,
      RelayDescription description,
      Records records,
      long nowMillis,
      RandomGenerator random)
      throws SQLException {
    List<RelayRow> held =
        sql.list(
            RELAY + "WHERE relay_key = ?", RelayTransactions::relay, member.relayKey().toB64());
    return put(sql, held, List.of(description), member.network(), records, nowMillis, random);
  }

  /// Withdraws a relay from the networks it served.
  static List<Committed> removed(
      Sql sql, RelayRow relay, Records records, long nowMillis, RandomGenerator random)
      throws SQLException {
    return put(sql, List.of(relay), List.of(), relay.network(), records, nowMillis, random);
  }

  private static List<Committed> put(
      Sql sql,
      List<RelayRow> held,
      List<RelayDescription> wanted,
      @Nullable UUID scope,
      Records records,
      long nowMillis,
      RandomGenerator random)
      throws SQLException {
    var stored = new ArrayList<StoredRelay>();
    var items = new ArrayList<History.Item>();
    for (var change : RelayChoosing.decide(held, wanted, scope, nowMillis, random)) {
      var description = change.description();
      String record = description == null ? "" : records.relay(change.row(), description).json();
      stored.add(new StoredRelay(change.row(), record));
      items.add(new History.Item(History.Kind.RELAY, change.row().id()));
      write(sql, stored.getLast());
    }
    return items.isEmpty()
        ? List.of()
        : everywhere(sql, concerned(held, scope), items, stored, nowMillis / 1000);
  }

  /// Signs and writes one row that is there already: a change of every network.
  static List<Committed> reissue(
      Sql sql, RelayRow relay, RelayDescription description, Records records, long now)
      throws SQLException {
    var stored = new StoredRelay(relay, records.relay(relay, description).json());
    write(sql, stored);
    var item = new History.Item(History.Kind.RELAY, relay.id());
    return everywhere(sql, relay.network(), List.of(item), List.of(stored), now);
  }

  /// The one network that hears of it; null for all.
  private static @Nullable UUID concerned(List<RelayRow> held, @Nullable UUID scope) {
    for (RelayRow row : held) {
      if (row.live() && !Objects.equals(row.network(), scope)) {
        return null;
      }
    }
    return scope;
  }

  private static List<Committed> everywhere(
      Sql sql, @Nullable UUID only, List<History.Item> items, List<StoredRelay> stored, long now)
      throws SQLException {
    var committed = new ArrayList<Committed>();
    for (NetworkRow network : Reads.networks(sql)) {
      if (only != null && !only.equals(network.id())) {
        continue;
      }
      var step = History.append(network, items, now);
      NodeWrites.append(sql, step);
      committed.add(new Committed(step.network(), step.change(), List.of(), stored));
    }
    return committed;
  }

  private static void write(Sql sql, StoredRelay stored) throws SQLException {
    RelayRow relay = stored.row();
    sql.update(
        "INSERT INTO relay (id, relay_key, state, serial, description, network, body, issued_at,"
            + " not_after) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
            + " state = excluded.state, serial = excluded.serial,"
            + " description = excluded.description, network = excluded.network,"
            + " body = excluded.body,"
            + " issued_at = excluded.issued_at, not_after = excluded.not_after",
        relay.id(),
        relay.key().toB64(),
        relay.live() ? "active" : "removed",
        relay.serial(),
        relay.description(),
        relay.network(),
        stored.record(),
        relay.issuedAt(),
        relay.notAfter());
  }

  private static RelayRow relay(ResultSet row) throws SQLException {
    return new RelayRow(
        Rows.id(row, "id"),
        Rows.key(row, "relay_key"),
        row.getString("state").equals("active"),
        row.getLong("serial"),
        row.getString("description"),
        Rows.optionalId(row, "network"),
        row.getLong("issued_at"),
        row.getLong("not_after"));
  }
}
