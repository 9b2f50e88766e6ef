package dev.adit.relay;

import dev.adit.crypto.PrivateKey;
import dev.adit.net.files.StateFiles;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import dev.adit.wire.derp.DerperKeyFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.random.RandomGenerator;

/// The file with the relay's key: clients know the relay by it, so it must survive a restart.
public final class ServerKey {
  /// Its name in the state folder.
  public static final String FILE = "derp.key";

  private static final int LONGEST = 4096;

  private ServerKey() {}

  /// Reads the key, or makes one if there is none; a file that holds no key is left alone.
  ///
  /// @param file WireGuard's base64, or derper's JSON; made in the first form, mode 0600, and its
  ///   folder with it
  /// @throws IOException naming the file if it holds no key, or cannot be read or made
  public static PrivateKey load(Path file, RandomGenerator random) throws IOException {
    byte[] content = StateFiles.readIfPresent(file, LONGEST);
    if (content == null) {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null && !folder.toFile().isDirectory()) {
        StateFiles.createFolder(folder);
      }
      var key = PrivateKey.generate(random);
      String text = Text.wireGuardKey(key.bytes()) + "\n";
      StateFiles.create(file, text.getBytes(StandardCharsets.US_ASCII));
      return key;
    }
    try {
      String text = new String(content, StandardCharsets.US_ASCII).strip();
      return text.startsWith("{")
          ? DerperKeyFile.parse(content)
          : PrivateKey.of(Text.parseWireGuardKey(text));
    } catch (MalformedException e) {
      throw new IOException(
          file + " holds no key; restore it, or remove it to give this relay a new identity", e);
    }
  }
}
