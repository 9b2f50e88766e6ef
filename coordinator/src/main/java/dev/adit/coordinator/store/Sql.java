package dev.adit.coordinator.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Runs statements on one connection and keeps them prepared; their texts are constants, so there
/// are few. Confined to the connection's thread.
///
/// Arguments are null, strings, numbers, byte arrays, or values whose text form is stored (ids,
/// addresses).
public final class Sql {
  private final Connection connection;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();

  Sql(Connection connection) {
    this.connection = connection;
  }

  /// Reads one row.
  @FunctionalInterface
  public interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  /// @return how many rows were changed
  public int update(String text, @Nullable Object... arguments) throws SQLException {
    return statement(text, arguments).executeUpdate();
  }

  public <T> List<T> list(String text, Row<T> row, Object... arguments) throws SQLException {
    var list = new ArrayList<T>();
    try (var rows = statement(text, arguments).executeQuery()) {
      while (rows.next()) {
        list.add(row.read(rows));
      }
    }
    return list;
  }

  /// The first row; null if there is none.
  public <T> @Nullable T first(String text, Row<T> row, Object... arguments) throws SQLException {
    try (var rows = statement(text, arguments).executeQuery()) {
      return rows.next() ? row.read(rows) : null;
    }
  }

  /// The number in the first column of the only row.
  public long number(String text, Object... arguments) throws SQLException {
    Long number = first(text, row -> row.getLong(1), arguments);
    if (number == null) {
      throw new SQLException("no row: " + text);
    }
    return number;
  }

  private PreparedStatement statement(String text, @Nullable Object... arguments)
      throws SQLException {
    PreparedStatement statement = prepared.get(text);
    if (statement == null) {
      statement = connection.prepareStatement(text);
      prepared.put(text, statement);
    }
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case null -> statement.setNull(i + 1, Types.VARCHAR);
        case Long number -> statement.setLong(i + 1, number);
        case Integer number -> statement.setLong(i + 1, number);
        case byte[] bytes -> statement.setBytes(i + 1, bytes);
        case Object other -> statement.setString(i + 1, other.toString());
      }
    }
    return statement;
  }

  /// For what cannot be prepared: pragmas, BEGIN, COMMIT, ROLLBACK.
  void execute(String text) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(text);
    }
  }
}
