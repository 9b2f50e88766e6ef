package dev.adit.coordinator.store;

import static java.util.Objects.requireNonNullElse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteDataSource;

class DatabaseTest {
  @TempDir Path folder;

  @Test
  void aNewFileIsTheOwnersOnlyAndHasTheProgramsSchema() throws Exception {
    Path file = folder.resolve("coordinator.db");
    try (var database = Database.open(file)) {
      assertThat(version(database)).isEqualTo(Schema.VERSION);
      assertThat(text(database, "PRAGMA journal_mode")).isEqualTo("wal");
      assertThat(text(database, "PRAGMA synchronous")).isEqualTo("2"); // FULL
      assertThat(text(database, "PRAGMA foreign_keys")).isEqualTo("1");
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void theProgramsVersionIsThatOfTheNewestMigration() throws Exception {
    var resource = Schema.class.getResource("/db/migration/sqlite");
    try (Stream<Path> files = Files.list(Path.of(resource.toURI()))) {
      assertThat(files.count()).isEqualTo(Schema.VERSION);
    }
  }

  @Test
  void anExistingFileOpensAgainWithItsContent() throws Exception {
    Path file = folder.resolve("coordinator.db");
    try (var database = Database.open(file)) {
      assertThat(reserve(database)).isEqualTo(1);
    }
    try (var database = Database.open(file)) {
      assertThat(reserve(database)).isEqualTo(11);
    }
  }

  @Test
  void aNewerSchemaIsRefusedWithWhatToDo() throws Exception {
    Path file = folder.resolve("coordinator.db");
    try (var database = Database.open(file)) {
      database.transact(sql -> sql.update("UPDATE schema_info SET version = 99"));
    }
    assertThatThrownBy(() -> Database.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(
            "written by a newer adit (schema 99, this program knows " + Schema.VERSION + ")");
  }

  /// A database of the first version, with a row in every table, keeps all of them.
  @Test
  void theTablesOfTheFirstVersionOutliveTheMigrations() throws Exception {
    Path file = folder.resolve("coordinator.db");
    var source = new SQLiteDataSource();
    source.setUrl("jdbc:sqlite:" + file);
    var _ =
        Flyway.configure()
            .dataSource(source)
            .locations("classpath:db/migration/sqlite")
            .target("1")
            .load()
            .migrate();
    try (var connection = Database.connect(file)) {
      var sql = new Sql(connection);
      for (String row : FIRST_VERSION) {
        assertThat(sql.update("INSERT INTO " + row)).as(row).isEqualTo(1);
      }
    }
    var before = contents(file, 1);

    try (var database = Database.open(file)) {
      assertThat(version(database)).isEqualTo(Schema.VERSION);
      assertThat(text(database, "PRAGMA foreign_key_check(join_key)", "whole")).isEqualTo("whole");
      assertThat(text(database, "PRAGMA integrity_check")).isEqualTo("ok");
      assertThat(database.transact(Reads::joinKeys).getFirst().uses()).isEqualTo(3);
      assertThat(database.transact(RelayTransactions::live).getFirst().row().network()).isNull();
    }
    var after = contents(file, Schema.VERSION);
    before.forEach((table, rows) -> assertThat(after.get(table)).as(table).containsAll(rows));
    assertThat(contents(folder.resolve("coordinator.db.schema-1"), 1)).isEqualTo(before);
  }

  private static final List<String> FIRST_VERSION =
      List.of(
          "network VALUES ('019a0000-0000-7000-8000-0000000000a1', 'default', '10.77.0.0/16',"
              + " 'fd5a:1d17:77::/48', 2, x'01', 1790000000)",
          "change VALUES ('019a0000-0000-7000-8000-0000000000a1', 1, '[]', x'02', 1790000000)",
          "node VALUES ('019a0000-0000-7000-8000-0000000000a1',"
              + " '019a0000-0000-7000-8000-0000000000b1', 'MACHINE', 'NODE', 'laptop', 2,"
              + " 'active', 5, '{}', 1790000000, 1790000000, 0)",
          "node_address VALUES ('019a0000-0000-7000-8000-0000000000a1', '10.77.0.2', 2,"
              + " '019a0000-0000-7000-8000-0000000000b1', 0)",
          "join_key VALUES ('AAECAwQF', '019a0000-0000-7000-8000-0000000000a1', 'node', x'03', 3,"
              + " 100, 1790000000, 1890000000, 0)",
          "machine_stream VALUES ('MACHINE', 7, 'i', 0, 1790000000)",
          "relay VALUES ('019a0000-0000-7000-8000-0000000000c1',"
              + " 'iDGGuAC0HVzwQpaV2ps8xPMo680YSm5IL6V4wQPwbHc', 'active', 1, '{}', '{}',"
              + " 1790000000, 1790604800)",
          "admin_token VALUES ('T', x'04', 1790000000, 0)",
          "counter VALUES ('other', 9)");

  /// The rows of each table of the first version, as text of the columns it had then.
  private static Map<String, List<String>> contents(Path file, long version) throws Exception {
    var contents = new TreeMap<String, List<String>>();
    try (var connection = Database.connect(file)) {
      var sql = new Sql(connection);
      assertThat(sql.number("SELECT version FROM schema_info")).isEqualTo(version);
      for (String row : FIRST_VERSION) {
        String table = row.substring(0, row.indexOf(' '));
        int columns = row.substring(row.indexOf('(')).split(", ").length;
        contents.put(
            table,
            sql.list(
                "SELECT * FROM " + table,
                found -> {
                  var cells = new StringBuilder();
                  for (int i = 1; i <= columns; i++) {
                    cells.append(found.getString(i)).append('|');
                  }
                  return cells.toString();
                }));
      }
    }
    return contents;
  }

  @Test
  void anExceptionRollsBack() throws Exception {
    try (var database = Database.open(folder.resolve("coordinator.db"))) {
      assertThatThrownBy(() ->
              database.transact(sql -> {
                Reads.reserve(sql, "stream", 10);
                throw new IllegalStateException("on purpose");
              }))
          .isInstanceOf(IllegalStateException.class);
      assertThat(reserve(database)).isEqualTo(1);
    }
  }

  private static long reserve(Database database) throws Exception {
    return database.transact(sql -> Reads.reserve(sql, "stream", 10));
  }

  private static long version(Database database) throws Exception {
    return database.transact(sql -> sql.number("SELECT version FROM schema_info"));
  }

  private static String text(Database database, String query) throws Exception {
    return text(database, query, "");
  }

  /// @param none if there is no row
  private static String text(Database database, String query, String none) throws Exception {
    return database.transact(
        sql -> requireNonNullElse(sql.first(query, row -> row.getString(1)), none));
  }
}
