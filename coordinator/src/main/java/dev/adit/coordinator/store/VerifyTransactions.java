package dev.adit.coordinator.store;

import dev.adit.core.coordinator.NetworkRow;
import dev.adit.core.coordinator.Networks;
import dev.adit.core.coordinator.Refusal;
import dev.adit.core.coordinator.VerifyUrlRow;
import dev.adit.core.coordinator.VerifyUrls;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.random.RandomGenerator;

/// URLs by which foreign relays ask about clients. Runs inside [Database#transact].
public final class VerifyTransactions {
  private static final String URL =
      "SELECT id, network, secret_hash, created_at, revoked_at FROM verify_url ";

  private VerifyTransactions() {}

  /// In the order in which they were made.
  public static List<VerifyUrlRow> all(Sql sql) throws SQLException {
    return sql.list(URL + "ORDER BY created_at, id", VerifyTransactions::row);
  }

  /// @param network id or name
  public static VerifyUrls.Outcome create(Sql sql, String network, long now, RandomGenerator random)
      throws SQLException {
    NetworkRow of = Networks.find(Reads.networks(sql), network);
    if (of == null) {
      return new VerifyUrls.Outcome.Refused(
          Refusal.unknown("no network " + network + " here; see: adit network list"));
    }
    long live = sql.number("SELECT count(*) FROM verify_url WHERE revoked_at = 0");
    var outcome = VerifyUrls.decide(of.id(), live, now, random);
    if (outcome instanceof VerifyUrls.Outcome.Created(var row, _)) {
      sql.update(
          "INSERT INTO verify_url (id, network, secret_hash, created_at) VALUES (?, ?, ?, ?)",
          row.id(),
          row.network(),
          row.secretHash(),
          row.createdAt());
    }
    return outcome;
  }

  /// Repeated, nothing happens.
  ///
  /// @return the row as it is now; none if there is none with this id
  public static List<VerifyUrlRow> revoke(Sql sql, String id, long now) throws SQLException {
    sql.update("UPDATE verify_url SET revoked_at = ? WHERE id = ? AND revoked_at = 0", now, id);
    return sql.list(URL + "WHERE id = ?", VerifyTransactions::row, id);
  }

  private static VerifyUrlRow row(ResultSet row) throws SQLException {
    return new VerifyUrlRow(
        row.getString("id"),
        Rows.id(row, "network"),
        row.getBytes("secret_hash"),
        row.getLong("created_at"),
        row.getLong("revoked_at"));
  }
}
