package dev.adit.coordinator.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.sqlite.JDBC;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// The SQLite file with its one connection (control R-DB-3): WAL, every commit on the disk before
/// it is answered, foreign keys held.
///
/// Confined to one thread at a time: whoever opened it, later the writer.
public final class Database implements AutoCloseable {
  private static final int ATTEMPTS = 5;

  private final Connection connection;
  private final Sql sql;

  private Database(Connection connection) {
    this.connection = connection;
    this.sql = new Sql(connection);
  }

  /// Opens the file, makes or migrates it.
  public static Database open(Path file) throws IOException, SQLException {
    if (Files.notExists(file)) {
      var ownerOnly = PosixFilePermissions.fromString("rw-------");
      Files.createFile(file, PosixFilePermissions.asFileAttribute(ownerOnly));
    }
    Schema.migrate(file);
    var database = new Database(connect(file));
    database.sql.execute("PRAGMA journal_mode = WAL");
    database.sql.execute("PRAGMA synchronous = FULL");
    return database;
  }

  static Connection connect(Path file) throws SQLException {
    var properties = new Properties();
    properties.setProperty("foreign_keys", "true");
    properties.setProperty("busy_timeout", "5000");
    // Not by DriverManager, which first looks for every driver on the class path.
    return JDBC.createConnection("jdbc:sqlite:" + file, properties);
  }

  /// What happens between BEGIN IMMEDIATE and COMMIT. May run again, so it keeps nothing outside.
  @FunctionalInterface
  public interface Work<T extends @Nullable Object> {
    T run(Sql sql) throws SQLException;
  }

  /// Runs `work` in a transaction that holds the write lock from its first read. What violates a
  /// constraint is repeated, at most five times (control R-DB-1); an exception rolls back.
  public <T extends @Nullable Object> T transact(Work<T> work) throws SQLException {
    for (int attempt = 1; ; attempt++) {
      sql.execute("BEGIN IMMEDIATE");
      try {
        T result = work.run(sql);
        sql.execute("COMMIT");
        return result;
      } catch (SQLException e) {
        rollBack(e);
        if (attempt == ATTEMPTS || !isConflict(e)) {
          throw e;
        }
      } catch (RuntimeException e) {
        rollBack(e);
        throw e;
      }
    }
  }

  private void rollBack(Exception cause) {
    try {
      sql.execute("ROLLBACK");
    } catch (SQLException e) {
      // A full disk may have rolled back already: then there is nothing left to do.
      cause.addSuppressed(e);
    }
  }

  private static boolean isConflict(SQLException e) {
    return e instanceof SQLiteException sqlite
        && (sqlite.getResultCode().code & 0xff) == SQLiteErrorCode.SQLITE_CONSTRAINT.code;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
