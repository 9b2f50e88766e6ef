package dev.adit.coordinator.store;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
        .hasMessageContaining("written by a newer adit (schema 99, this program knows 2)");
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
    return database.transact(sql -> requireNonNull(sql.first(query, row -> row.getString(1))));
  }
}
