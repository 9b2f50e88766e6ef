package dev.adit.net.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFilesTest {
  @TempDir Path temp;

  @Test
  void makesFoldersThatOnlyTheOwnerCanEnter() throws IOException {
    Path folder = temp.resolve("a/b");
    StateFiles.createFolder(folder);
    assertThat(mode(folder)).isEqualTo("rwx------");
  }

  @Test
  void narrowsAFolderThatOthersCanRead() throws IOException {
    Path folder = Files.createDirectory(temp.resolve("wide"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    StateFiles.createFolder(folder);
    assertThat(mode(folder)).isEqualTo("rwx------");
  }

  @Test
  void replacesAFileAndLeavesNothingElseBehind() throws IOException {
    Path file = temp.resolve("key");
    StateFiles.write(file, "old".getBytes(UTF_8));
    StateFiles.write(file, "new".getBytes(UTF_8));
    assertThat(StateFiles.read(file, 100)).isEqualTo("new".getBytes(UTF_8));
    assertThat(mode(file)).isEqualTo("rw-------");
    try (var all = Files.list(temp)) {
      assertThat(all).containsExactly(file);
    }
  }

  @Test
  void writesDespiteWhatACrashLeftBehind() throws IOException {
    Files.writeString(temp.resolve(".key.new"), "half");
    StateFiles.write(temp.resolve("key"), "whole".getBytes(UTF_8));
    assertThat(temp.resolve("key")).hasContent("whole");
    assertThat(temp.resolve(".key.new")).doesNotExist();
  }

  @Test
  void createsOnlyWhatIsNotThere() throws IOException {
    Path file = temp.resolve("key");
    StateFiles.create(file, "mine".getBytes(UTF_8));
    assertThatThrownBy(() -> StateFiles.create(file, "other".getBytes(UTF_8)))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(file).hasContent("mine");
  }

  @Test
  void refusesToReadMoreThanTheLimit() throws IOException {
    Path file = temp.resolve("big");
    StateFiles.write(file, new byte[101]);
    assertThatThrownBy(() -> StateFiles.read(file, 100)).hasMessageContaining("100 bytes");
  }

  @Test
  void answersNullForAMissingFileIfAsked() throws IOException {
    assertThat(StateFiles.readIfPresent(temp.resolve("none"), 10)).isNull();
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
