package dev.adit.coordinator.identity;

import dev.adit.net.files.StateFiles;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Private keys as files of one base64url line, mode 0600, written whole or not at all (control
/// R-ID-10).
final class KeyFiles {
  private static final int KEY_BYTES = 32;
  private static final int LONGEST_FILE = 1024;

  private KeyFiles() {}

  /// The key in `file`; made there if there is none.
  static byte[] readOrMake(Path file, RandomGenerator random) throws IOException {
    byte[] key = readIfPresent(file);
    if (key == null) {
      key = new byte[KEY_BYTES];
      random.nextBytes(key);
      StateFiles.create(file, line(key));
    }
    return key;
  }

  /// What a file holds.
  static byte[] line(byte[] key) {
    return (Text.b64(key) + "\n").getBytes(StandardCharsets.US_ASCII);
  }

  static byte @Nullable [] readIfPresent(Path file) throws IOException {
    byte[] content = StateFiles.readIfPresent(file, LONGEST_FILE);
    if (content == null) {
      return null;
    }
    try {
      String line = new String(content, StandardCharsets.US_ASCII).strip();
      return Text.parseB64(line, KEY_BYTES);
    } catch (MalformedException e) {
      throw new IOException(file + ": not a key; put it back from a backup", e);
    }
  }
}
