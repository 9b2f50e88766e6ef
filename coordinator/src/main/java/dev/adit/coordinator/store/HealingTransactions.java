package dev.adit.coordinator.store;

import dev.adit.core.coordinator.Healing;
import dev.adit.core.coordinator.Healing.Held;
import dev.adit.core.coordinator.NodeRow;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.RelayDescription;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

/// Signs our own content again where agents hold something newer (control R-REC-5). Runs inside
/// [Database#transact].
public final class HealingTransactions {
  private HealingTransactions() {}

  /// @param committed empty if nothing changed
  public record Healed(Healing.Outcome outcome, List<Committed> committed) {}

  public static Healed heal(Sql sql, Transactions transactions, Held held, long nowSeconds)
      throws SQLException {
    UUID network = held.network();
    return network == null
        ? relay(sql, transactions, held, nowSeconds)
        : node(sql, transactions, network, held, nowSeconds);
  }

  private static Healed node(Sql sql, Transactions transactions, UUID network, Held held, long now)
      throws SQLException {
    NodeRow own =
        sql.first(
            Rows.NODE + "WHERE network = ? AND id = ? AND state = 'active'",
            Rows::node,
            network,
            held.id());
    if (own == null) {
      return new Healed(new Healing.Outcome.Ignored(), List.of());
    }
    String body = transactions.records().node(own).body();
    var outcome = Healing.decide(held, own.serial(), body, now);
    return outcome instanceof Healing.Outcome.Reissue(long above)
        ? new Healed(outcome, List.of(transactions.write(sql, own.above(above, now), now)))
        : new Healed(outcome, List.of());
  }

  private static Healed relay(Sql sql, Transactions transactions, Held held, long now)
      throws SQLException {
    for (StoredRelay own : RelayTransactions.live(sql)) {
      if (own.row().id().equals(held.id())) {
        try {
          RelayDescription described =
              RelayDescription.parseAll(own.row().description()).getFirst();
          String body = transactions.records().relay(own.row(), described).body();
          var outcome = Healing.decide(held, own.row().serial(), body, now);
          return outcome instanceof Healing.Outcome.Reissue(long above)
              ? new Healed(
                  outcome,
                  RelayTransactions.reissue(
                      sql, own.row().above(above, now), described, transactions.records(), now))
              : new Healed(outcome, List.of());
        } catch (MalformedException e) {
          throw new SQLException("a stored relay: " + e.getMessage(), e);
        }
      }
    }
    return new Healed(new Healing.Outcome.Ignored(), List.of());
  }
}
