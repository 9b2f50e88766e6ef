package dev.adit.net.linux;

import dev.adit.crypto.PublicKey;
import dev.adit.net.linux.DeviceSnapshot.KeyBytes;
import dev.adit.net.linux.DeviceSnapshot.Peer;
import dev.adit.net.linux.PeerChange.Remove;
import dev.adit.net.linux.PeerChange.Upsert;
import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Prefix;
import dev.adit.wire.Text;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The text that configures userspace WireGuard: lines `key=value`, an empty one at the end
/// (linux-wireguard-control §5.2).
final class UapiText {
  private UapiText() {}

  /// A `set` request.
  static String encode(DeviceChanges changes) {
    var text = new StringBuilder(256).append("set=1\n");
    if (changes.privateKey() != null) {
      line(text, "private_key", Text.hex(changes.privateKey().bytes()));
    }
    if (changes.listenPort() != null) {
      line(text, "listen_port", Integer.toString(changes.listenPort()));
    }
    if (changes.mark() != null) {
      line(text, "fwmark", Integer.toUnsignedString(changes.mark()));
    }
    if (changes.replacePeers()) {
      line(text, "replace_peers", "true");
    }
    for (PeerChange peer : changes.peers()) {
      line(text, "public_key", peer.publicKey().toHex());
      switch (peer) {
        case Remove _ -> line(text, "remove", "true");
        case Upsert upsert -> encode(text, upsert);
      }
    }
    return text.append('\n').toString();
  }

  private static void encode(StringBuilder text, Upsert peer) {
    if (peer.updateOnly()) {
      line(text, "update_only", "true");
    }
    if (peer.presharedKey() != null) {
      line(text, "preshared_key", Text.hex(peer.presharedKey()));
    }
    if (peer.endpoint() != null) {
      line(text, "endpoint", peer.endpoint().toString());
    }
    if (peer.keepaliveSeconds() != null) {
      line(text, "persistent_keepalive_interval", peer.keepaliveSeconds().toString());
    }
    if (peer.allowedIps() != null) {
      line(text, "replace_allowed_ips", "true");
      for (Prefix prefix : peer.allowedIps()) {
        line(text, "allowed_ip", prefix.toString());
      }
    }
  }

  private static void line(StringBuilder text, String key, String value) {
    text.append(key).append('=').append(value).append('\n');
  }

  /// Reads answers line by line. Confined to one thread.
  static final class Reader {
    private final Map<PublicKey, Peer> peers = new LinkedHashMap<>();
    private KeyBytes key = KeyBytes.NONE;
    private int listenPort;
    private int mark;

    // The peer being read; its key is null before the first one.
    private @Nullable PublicKey publicKey;
    private boolean hasPresharedKey;
    private @Nullable Endpoint endpoint;
    private int keepalive;
    private long handshakeSeconds;
    private long handshakeNanos;
    private long received;
    private long sent;
    private List<Prefix> allowedIps = new ArrayList<>();

    private int errno;

    /// Takes one line without its end. Unknown keys are skipped: later versions add some.
    void line(String line) throws IOException {
      int equals = line.indexOf('=');
      if (equals < 0) {
        throw new IOException("WireGuard's socket: a line without '='");
      }
      String value = line.substring(equals + 1);
      try {
        take(line.substring(0, equals), value);
      } catch (MalformedException | NumberFormatException e) {
        throw new IOException("WireGuard's socket: bad value of " + line.substring(0, equals));
      }
    }

    private void take(String key, String value) throws MalformedException {
      switch (key) {
        case "errno" -> errno = Integer.parseInt(value);
        case "private_key" -> this.key = new KeyBytes(key(value));
        case "listen_port" -> listenPort = Integer.parseInt(value);
        case "fwmark" -> mark = Integer.parseUnsignedInt(value);
        case "public_key" -> {
          endPeer();
          publicKey = PublicKey.of(key(value));
        }
        case "preshared_key" -> hasPresharedKey = !isZero(value);
        case "endpoint" -> endpoint = Endpoint.parse(withoutZone(value));
        case "persistent_keepalive_interval" -> keepalive = Integer.parseInt(value);
        case "last_handshake_time_sec" -> handshakeSeconds = Long.parseLong(value);
        case "last_handshake_time_nsec" -> handshakeNanos = Long.parseLong(value);
        case "rx_bytes" -> received = Long.parseUnsignedLong(value);
        case "tx_bytes" -> sent = Long.parseUnsignedLong(value);
        case "allowed_ip" -> allowedIps.add(Prefix.parse(value));
        default -> {}
      }
    }

    private static byte[] key(String hex) throws MalformedException {
      if (hex.length() != 64) {
        throw new MalformedException("key: needs 64 hex digits");
      }
      return Text.parseHex(hex);
    }

    private static boolean isZero(String hex) {
      for (int i = 0; i < hex.length(); i++) {
        if (hex.charAt(i) != '0') {
          return false;
        }
      }
      return true;
    }

    /// `[fe80::1%eth0]:1` names an interface, which an [Endpoint] does not.
    private static String withoutZone(String endpoint) {
      int percent = endpoint.indexOf('%');
      int bracket = endpoint.indexOf(']');
      return percent < 0 || bracket < percent
          ? endpoint
          : endpoint.substring(0, percent) + endpoint.substring(bracket);
    }

    private void endPeer() {
      if (publicKey == null) {
        return;
      }
      boolean never = handshakeSeconds == 0 && handshakeNanos == 0;
      peers.put(
          publicKey,
          new Peer(
              publicKey,
              hasPresharedKey,
              endpoint,
              keepalive,
              never ? null : Instant.ofEpochSecond(handshakeSeconds, handshakeNanos),
              received,
              sent,
              List.copyOf(allowedIps)));
      publicKey = null;
      hasPresharedKey = false;
      endpoint = null;
      keepalive = 0;
      handshakeSeconds = 0;
      handshakeNanos = 0;
      received = 0;
      sent = 0;
      allowedIps = new ArrayList<>();
    }

    /// After the empty line. Positive, 0 for success.
    int errno() {
      return -errno;
    }

    DeviceSnapshot snapshot() {
      endPeer();
      return new DeviceSnapshot(key, listenPort, mark, peers);
    }
  }
}
