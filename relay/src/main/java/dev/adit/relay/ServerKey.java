package dev.adit.relay;

import dev.adit.crypto.PrivateKey;
import dev.adit.net.files.StateFiles;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.random.RandomGenerator;

/// The relay's key in its state folder: clients know the relay by it, so it must survive a restart.
final class ServerKey {
  static final String FILE = "derp.key";
  private static final int LONGEST = 256;

  private ServerKey() {}

  /// Reads the key, or makes one if there is none; a file that holds no key is left alone.
  static PrivateKey load(Path folder, RandomGenerator random) throws IOException {
    StateFiles.createFolder(folder);
    Path file = folder.resolve(FILE);
    byte[] content = StateFiles.readIfPresent(file, LONGEST);
    if (content == null) {
      var key = PrivateKey.generate(random);
      String text = Text.wireGuardKey(key.bytes()) + "\n";
      StateFiles.create(file, text.getBytes(StandardCharsets.US_ASCII));
      return key;
    }
    try {
      String text = new String(content, StandardCharsets.US_ASCII).strip();
      return PrivateKey.of(Text.parseWireGuardKey(text));
    } catch (MalformedException e) {
      throw new IOException(
          file + " holds no key; restore it, or remove it to give this relay a new identity", e);
    }
  }
}
