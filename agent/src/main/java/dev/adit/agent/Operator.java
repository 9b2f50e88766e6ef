package dev.adit.agent;

import dev.adit.net.files.StateFiles;
import dev.adit.net.http.HttpRequest.LocalUser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The one user besides root and the agent's own who may do everything with this agent (control
/// R-ADM-2); nobody at first. Kept in the state folder. Thread-safe.
final class Operator {
  private static final int LONGEST_NAME = 256;

  private final Path file;
  private volatile @Nullable String name;

  private Operator(Path file, @Nullable String name) {
    this.file = file;
    this.name = name;
  }

  static Operator open(Path stateFolder) throws IOException {
    Path file = stateFolder.resolve("operator");
    byte[] stored = StateFiles.readIfPresent(file, LONGEST_NAME);
    String name = stored == null ? "" : new String(stored, StandardCharsets.UTF_8).strip();
    return new Operator(file, name.isEmpty() ? null : name);
  }

  boolean is(@Nullable LocalUser user) {
    return user != null && user.name().equals(name);
  }

  /// @param user name, or number where the machine knows no name; empty for nobody
  synchronized void become(String user) throws IOException {
    if (user.isEmpty()) {
      Files.deleteIfExists(file);
      name = null;
    } else {
      StateFiles.write(file, (user + "\n").getBytes(StandardCharsets.UTF_8));
      name = user;
    }
  }
}
