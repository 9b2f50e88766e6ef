package dev.adit.agent;

import dev.adit.crypto.PrivateKey;
import dev.adit.net.files.StateFiles;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import dev.adit.wire.control.HttpsUrl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
///
/// What has to outlive a power cut is written by a thread of its own, in order, because each such
/// write waits for the disk. Reads and the making of keys are confined to the agent's start.
final class AgentFiles implements AutoCloseable {
  private static final String FORMER = "former";
  private static final int MAX_MAP = 64 << 20;
  private static final int MAX_SMALL = 256 * 1024;

  /// Random UDP ports come from here: below it are services, above it the system's own choices
  /// (nat-traversal R-CAND-1).
  private static final int FIRST_PORT = 20_000;

  private static final int PORTS = 12_768;

  private static final List<String> NAMES =
      List.of(
          "machine.key", "node.key", "coordinator.json", "map.json", "loopback.json", "agent.json");

  /// What makes this machine the one that it is to a coordinator.
  private static final List<String> IDENTITY =
      List.of("machine.key", "node.key", "coordinator.json", "map.json");

  private final Path folder;
  private final List<Path> absentAtStart = new ArrayList<>();
  private final ExecutorService disk =
      Executors.newSingleThreadExecutor(task -> Thread.ofPlatform().name("disk").unstarted(task));
  private final List<Future<?>> keysUnderWay = new ArrayList<>();

  private AgentFiles(Path folder) {
    this.folder = folder;
    for (String name : NAMES) {
      Path file = folder.resolve(name);
      if (!Files.exists(file)) {
        absentAtStart.add(file);
      }
    }
  }

  /// @param newIdentity what this machine was goes to the folder `former`; [#removeNew] brings it
  ///   back
  static AgentFiles open(Path folder, boolean newIdentity) throws IOException {
    StateFiles.createFolder(folder);
    if (newIdentity) {
      Path former = folder.resolve(FORMER);
      StateFiles.createFolder(former);
      move(folder, former);
    }
    return new AgentFiles(folder);
  }

  private static void move(Path from, Path to) throws IOException {
    for (String name : IDENTITY) {
      if (Files.exists(from.resolve(name))) {
        Files.move(from.resolve(name), to.resolve(name), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /// What is known of the coordinator that was joined.
  ///
  /// @param root b64 of its root key
  /// @param url by which it was reached last
  /// @param address where that was, for a start without DNS; null if the URL has it, or unknown
  /// @param identity its identity document as JSON
  record KnownCoordinator(
      String root, HttpsUrl url, @Nullable IpAddress address, String identity) {}

  Path loopbackFile() {
    return folder.resolve("loopback.json");
  }

  /// The key in `file`; made at first use, and then stored only when [#awaitKeys] returns.
  PrivateKey key(String file, RandomGenerator random) throws IOException {
    Path path = folder.resolve(file);
    byte[] content = StateFiles.readIfPresent(path, 128);
    if (content == null) {
      PrivateKey made = PrivateKey.generate(random);
      String text = Text.wireGuardKey(made.bytes()) + "\n";
      keysUnderWay.add(
          disk.submit(() -> {
            StateFiles.write(path, text.getBytes(StandardCharsets.US_ASCII));
            return null;
          }));
      return made;
    }
    try {
      String text = new String(content, StandardCharsets.US_ASCII).strip();
      return PrivateKey.of(Text.parseWireGuardKey(text));
    } catch (MalformedException e) {
      throw new IOException(path + " is damaged; restore it, or remove it to join anew", e);
    }
  }

  /// Returns when every key that was made is stored for good. Nobody may hear of a key before: the
  /// coordinator would know a node that a power cut has left without its key.
  void awaitKeys() throws IOException {
    try {
      for (Future<?> key : keysUnderWay) {
        var _ = key.get();
      }
    } catch (ExecutionException e) {
      throw new IOException("cannot store a key: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Nullable KnownCoordinator coordinator() throws IOException {
    byte[] content = StateFiles.readIfPresent(folder.resolve("coordinator.json"), MAX_SMALL);
    if (content == null) {
      return null;
    }
    try {
      JsonObject known = Json.parseObject(content);
      String address = known.optionalString("address");
      return new KnownCoordinator(
          known.string("root"),
          HttpsUrl.parse(known.string("url")),
          address == null ? null : IpAddress.parse(address),
          known.object("identity").toString());
    } catch (MalformedException e) {
      throw new IOException(
          folder.resolve("coordinator.json") + " is damaged; remove it and run: adit up KEY", e);
    }
  }

  void save(KnownCoordinator known) {
    String json =
        new JsonWriter()
            .beginObject()
            .member("root", known.root)
            .member("url", known.url.toString())
            .member("address", known.address == null ? null : known.address.toString())
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

  void saveMap(String json) {
    write("map.json", json);
  }

  void forgetMap() {
    later("map.json", () -> Files.deleteIfExists(folder.resolve("map.json")));
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
    String json = new JsonWriter().beginObject().member("port", port).endObject().toString();
    StateFiles.writeQuickly(folder.resolve("agent.json"), json.getBytes(StandardCharsets.US_ASCII));
    return port;
  }

  /// Removes what was not there at the start: of a node that nobody has heard of nothing is kept.
  /// After [#close].
  ///
  /// @param newIdentity as for [#open]
  void removeNew(boolean newIdentity) {
    try {
      for (Path file : absentAtStart) {
        Files.deleteIfExists(file);
      }
      if (newIdentity) {
        move(folder.resolve(FORMER), folder);
        Files.deleteIfExists(folder.resolve(FORMER));
      }
    } catch (IOException e) {
      // they stay; the next start uses them
    }
  }

  /// Whether a map is kept: then this machine is a node of [#coordinator]'s network.
  boolean hasMap() {
    return Files.exists(folder.resolve("map.json"));
  }

  private void write(String file, String text) {
    later(
        file,
        () -> {
          StateFiles.write(folder.resolve(file), text.getBytes(StandardCharsets.UTF_8));
          return null;
        });
  }

  /// What fails here is told in the log: the agent goes on with what it has in memory.
  private void later(String file, Callable<?> change) {
    disk.execute(() -> {
      try {
        var _ = change.call();
      } catch (Exception e) {
        AgentLog.warn(
            AgentFiles.class,
            "store_failed",
            "cannot store a file",
            "file",
            folder.resolve(file),
            "reason",
            e.getMessage());
      }
    });
  }

  /// Returns when everything is stored.
  @Override
  public void close() {
    disk.close();
  }
}
