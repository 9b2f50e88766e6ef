package dev.adit.agent;

import dev.adit.crypto.PublicKey;
import dev.adit.net.files.StateFiles;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/// Which loopback port belongs to which peer, kept over restarts in `loopback.json` (relay-rung
/// RR-16): WireGuard goes on sending to the same endpoint while the agent is away. Confined to one
/// thread.
final class LoopbackPorts {
  static final int FIRST = 10_000;
  static final int LAST = 19_999;

  /// One port each of the range; larger networks need addresses instead of ports.
  static final int MAX_PEERS = 4_095;

  /// From so many drawn ports on, those that rest count as free again: else a network whose nodes
  /// come and go would use up the range, and drawing would never end.
  private static final int MOST_USED = 8_000;

  private static final int MAX_FILE_BYTES = 1 << 20;

  private static final IpAddress LOOPBACK = IpAddress.literal("127.0.0.1");

  private final Path file;
  private final RandomGenerator random;
  private final Map<PublicKey, Integer> ports = new HashMap<>();
  private final Set<Integer> used = new HashSet<>();

  private LoopbackPorts(Path file, RandomGenerator random) {
    this.file = file;
    this.random = random;
  }

  /// The loopback endpoint E(p) with this port.
  static Endpoint endpoint(int port) {
    return new Endpoint(LOOPBACK, port);
  }

  /// Reads `file`. One that is missing or unreadable counts as empty: new ports are chosen and told
  /// to WireGuard, which costs a running tunnel a moment, no more.
  static LoopbackPorts load(Path file, RandomGenerator random) throws IOException {
    var ports = new LoopbackPorts(file, random);
    byte[] content = StateFiles.readIfPresent(file, MAX_FILE_BYTES);
    if (content != null) {
      try {
        JsonObject known = Json.parseObject(content);
        for (String key : known.names()) {
          ports.put(PublicKey.of(Text.parseB64(key, 32)), (int) known.integer(key, FIRST, LAST));
        }
      } catch (MalformedException e) {
        ports.ports.clear();
        ports.used.clear();
      }
    }
    return ports;
  }

  /// Every port known, to be bound before anything else.
  Map<PublicKey, Integer> all() {
    return Map.copyOf(ports);
  }

  /// The port of `peer`; a new one is drawn for an unknown peer and must be [#save]d before
  /// WireGuard hears of it.
  int portOf(PublicKey peer) {
    Integer known = ports.get(peer);
    return known != null ? known : replace(peer);
  }

  /// Another port for `peer`, whose port is taken by some other program.
  int replace(PublicKey peer) {
    if (ports.size() >= MAX_PEERS && !ports.containsKey(peer)) {
      throw new IllegalStateException("more than " + MAX_PEERS + " peers");
    }
    if (used.size() >= MOST_USED) {
      used.clear();
      used.addAll(ports.values());
    }
    int port;
    do {
      port = FIRST + random.nextInt(LAST - FIRST + 1);
    } while (used.contains(port));
    put(peer, port);
    return port;
  }

  void forget(PublicKey peer) {
    ports.remove(peer); // its port rests, see MOST_USED
  }

  void save() throws IOException {
    var json = new JsonWriter().beginObject();
    for (Map.Entry<PublicKey, Integer> entry : ports.entrySet()) {
      json.member(entry.getKey().toB64(), entry.getValue());
    }
    StateFiles.writeQuickly(file, json.endObject().toString().getBytes(StandardCharsets.US_ASCII));
  }

  private void put(PublicKey peer, int port) {
    ports.put(peer, port);
    used.add(port);
  }
}
