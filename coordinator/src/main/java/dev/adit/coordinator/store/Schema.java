package dev.adit.coordinator.store;

import dev.adit.net.log.LogLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteDataSource;

/// Brings a database file to the schema this program knows (control R-DB-9).
///
/// Flyway runs only when there is something to do: it takes about 400 ms, opening the file 2 ms.
/// That is safe, because each migration raises `schema_info.version` in its own transaction.
final class Schema {
  /// The number of the newest file in `db/migration/sqlite`.
  static final int VERSION = 3;

  private static final Logger LOG = LoggerFactory.getLogger(Schema.class);

  private Schema() {}

  /// @throws IOException if the file belongs to a newer program
  static void migrate(Path file) throws IOException, SQLException {
    long found = Files.exists(file) ? versionOf(file) : 0;
    if (found == VERSION) {
      return;
    }
    if (found > 0) {
      copy(file, found);
    }
    var source = new SQLiteDataSource();
    source.setUrl("jdbc:sqlite:" + file);
    var result =
        Flyway.configure(Schema.class.getClassLoader())
            .dataSource(source)
            .locations("classpath:db/migration/sqlite")
            .load()
            .migrate();
    LogLine.info(LOG, "database_migrated")
        .addKeyValue("file", file)
        .addKeyValue("from", found)
        .addKeyValue("to", result.targetSchemaVersion)
        .log("the database has the schema of this version");
  }

  private static long versionOf(Path file) throws IOException, SQLException {
    try (var connection = Database.connect(file)) {
      var sql = new Sql(connection);
      if (sql.number("SELECT count(*) FROM sqlite_schema WHERE name = 'schema_info'") == 0) {
        return 0;
      }
      long version = sql.number("SELECT version FROM schema_info");
      long oldest = sql.number("SELECT oldest_program FROM schema_info");
      if (version > VERSION || oldest > VERSION) {
        throw new IOException(
            file
                + ": written by a newer adit (schema "
                + version
                + ", this program knows "
                + VERSION
                + "); install that version again, or put back the copy "
                + copyOf(file, VERSION)
                + " if there is one");
      }
      return version;
    }
  }

  private static void copy(Path file, long version) throws IOException, SQLException {
    Path copy = copyOf(file, version);
    Files.deleteIfExists(copy);
    try (var connection = Database.connect(file)) {
      new Sql(connection).update("VACUUM INTO ?", copy);
    }
    LogLine.info(LOG, "database_copied")
        .addKeyValue("file", copy)
        .log("the database was copied before its schema changes");
  }

  private static Path copyOf(Path file, long version) {
    return file.resolveSibling(file.getFileName() + ".schema-" + version);
  }
}
