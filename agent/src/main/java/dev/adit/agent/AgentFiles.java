package dev.adit.agent;

import dev.adit.crypto.PrivateKey;
import dev.adit.net.files.StateFiles;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import dev.adit.wire.control.HttpsUrl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The agent's state folder (control R-AG-1), mode 0700, every file 0600 and written whole:
///
///     machine.key      who this installation is to its coordinator
///     node.key         WireGuard's private key
///     coordinator.json root key, URL and identity document of the coordinator that was joined
///     map.json         the last map with its token, to start from without the coordinator
///     loopback.json    which loopback port belongs to which peer
///     agent.json       the UDP port
final class AgentFiles {
  private static final int MAX_MAP = 64 << 20;
  private static final int MAX_SMALL = 256 * 1024;

  /// Random UDP ports come from here: below it are services, above it the system's own choices
  /// (nat-traversal R-CAND-1).
  private static final int FIRST_PORT = 20_000;

  private static final int PORTS = 12_768;

  private final Path folder;

  private AgentFiles(Path folder) {
    this.folder = folder;
  }

  static AgentFiles open(Path folder) throws IOException {
    StateFiles.createFolder(folder);
    return new AgentFiles(folder);
  }

  /// What is known of the coordinator that was joined.
  ///
  /// @param root b64 of its root key
  /// @param identity its identity document as JSON
  record KnownCoordinator(String root, HttpsUrl url, String identity) {}

  Path loopbackFile() {
    return folder.resolve("loopback.json");
  }

  /// The key in `file`; made at first use.
  PrivateKey key(String file, RandomGenerator random) throws IOException {
    Path path = folder.resolve(file);
    byte[] content = StateFiles.readIfPresent(path, 128);
    if (content == null) {
      PrivateKey made = PrivateKey.generate(random);
      String text = Text.wireGuardKey(made.bytes()) + "\n";
      StateFiles.write(path, text.getBytes(StandardCharsets.US_ASCII));
      return made;
    }
    try {
      String text = new String(content, StandardCharsets.US_ASCII).strip();
      return PrivateKey.of(Text.parseWireGuardKey(text));
    } catch (MalformedException e) {
      throw new IOException(path + " is damaged; restore it, or remove it to join anew", e);
    }
  }

  @Nullable KnownCoordinator coordinator() throws IOException {
    byte[] content = StateFiles.readIfPresent(folder.resolve("coordinator.json"), MAX_SMALL);
    if (content == null) {
      return null;
    }
    try {
      JsonObject known = Json.parseObject(content);
      return new KnownCoordinator(
          known.string("root"),
          HttpsUrl.parse(known.string("url")),
          known.object("identity").toString());
    } catch (MalformedException e) {
      throw new IOException(
          folder.resolve("coordinator.json") + " is damaged; remove it and run: adit up KEY", e);
    }
  }

  void save(KnownCoordinator known) throws IOException {
    String json =
        new JsonWriter()
            .beginObject()
            .member("root", known.root)
            .member("url", known.url.toString())
            .name("identity")
            .raw(known.identity)
            .endObject()
            .toString();
    write("coordinator.json", json);
  }

  /// The cached map, or null.
  @Nullable String map() throws IOException {
    byte[] content = StateFiles.readIfPresent(folder.resolve("map.json"), MAX_MAP);
    return content == null ? null : new String(content, StandardCharsets.UTF_8);
  }

  void saveMap(String json) throws IOException {
    write("map.json", json);
  }

  void forgetMap() throws IOException {
    java.nio.file.Files.deleteIfExists(folder.resolve("map.json"));
  }

  /// The UDP port of this installation; drawn at first use, and again if it was taken.
  int port(RandomGenerator random, boolean another) throws IOException {
    byte[] content = another ? null : StateFiles.readIfPresent(folder.resolve("agent.json"), 4096);
    if (content != null) {
      try {
        return (int) Json.parseObject(content).integer("port", 1, 0xffff);
      } catch (MalformedException e) {
        // Drawn anew below: a port is worth no error.
      }
    }
    int port = FIRST_PORT + random.nextInt(PORTS);
    write("agent.json", new JsonWriter().beginObject().member("port", port).endObject().toString());
    return port;
  }

  private void write(String file, String text) throws IOException {
    StateFiles.write(folder.resolve(file), text.getBytes(StandardCharsets.UTF_8));
  }
}
