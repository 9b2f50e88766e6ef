package dev.adit.coordinator;

import dev.adit.core.coordinator.JoinKeys;
import dev.adit.crypto.Hash;
import dev.adit.crypto.VerifyingKey;
import dev.adit.net.files.StateFiles;
import dev.adit.net.log.LogLine;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import dev.adit.wire.control.AdminToken;
import dev.adit.wire.control.HttpsUrl;
import dev.adit.wire.control.JoinKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The two secrets a coordinator makes for its operator at first start, each a 0600 file of one
/// line: `join.key` (control R-JOIN-4) and `admin.token` (control R-ADM-4).
final class SecretFiles {
  private static final Logger LOG = LoggerFactory.getLogger(SecretFiles.class);
  private static final int LONGEST_FILE = 4096;

  private final Path folder;
  private final HttpsUrl url;
  private final VerifyingKey root;

  /// @param url what the texts begin with; files with another one are written anew
  SecretFiles(Path folder, HttpsUrl url, VerifyingKey root) {
    this.folder = folder;
    this.url = url;
    this.root = root;
  }

  Path joinKeyFile() {
    return folder.resolve("join.key");
  }

  Path adminTokenFile() {
    return folder.resolve("admin.token");
  }

  JoinKey text(JoinKeys.Outcome.Created key) {
    return JoinKey.of(url, key.id(), key.secret(), root);
  }

  void writeJoinKey(JoinKeys.Outcome.Created key) throws IOException {
    write(joinKeyFile(), text(key).text());
  }

  /// The first join key; null if its file is gone.
  @Nullable JoinKey joinKey() throws IOException {
    String text = readIfPresent(joinKeyFile());
    if (text == null) {
      return null;
    }
    try {
      JoinKey key = JoinKey.parse(text);
      if (key.url().equals(url) && key.root().equals(root)) {
        return key;
      }
      JoinKey moved =
          JoinKey.of(url, Text.parseB64(key.id(), JoinKey.ID_BYTES), key.secret(), root);
      write(joinKeyFile(), moved.text());
      return moved;
    } catch (MalformedException e) {
      return null; // somebody else's file: left alone
    }
  }

  /// Nobody can join with it any more.
  void removeJoinKey() {
    try {
      Files.deleteIfExists(joinKeyFile());
    } catch (IOException e) {
      LogLine.warn(LOG, "join_key_left")
          .addKeyValue("file", joinKeyFile())
          .addKeyValue("reason", e.getMessage())
          .log("cannot remove the file of a join key that has ended");
    }
  }

  AdminToken makeAdminToken(RandomGenerator random) throws IOException {
    AdminToken token = AdminToken.create(url, root, random);
    write(adminTokenFile(), token.text());
    return token;
  }

  static byte[] hash(AdminToken token) {
    return Hash.sha256(token.secret());
  }

  /// Follows a new address of the coordinator.
  void refreshAdminToken() throws IOException {
    String text = readIfPresent(adminTokenFile());
    if (text == null) {
      return;
    }
    try {
      AdminToken token = AdminToken.parse(text);
      if (!token.url().equals(url)) {
        byte[] id = Text.parseB64(token.id(), AdminToken.ID_BYTES);
        write(adminTokenFile(), AdminToken.of(url, id, token.secret(), root).text());
      }
    } catch (MalformedException e) {
      return; // somebody else's file: left alone
    }
  }

  private static @Nullable String readIfPresent(Path file) throws IOException {
    byte[] content = StateFiles.readIfPresent(file, LONGEST_FILE);
    return content == null ? null : new String(content, StandardCharsets.UTF_8);
  }

  private static void write(Path file, String line) throws IOException {
    StateFiles.write(file, (line + "\n").getBytes(StandardCharsets.US_ASCII));
  }
}
