package dev.adit.net.linux;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Prefix;
import dev.adit.wire.Text;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The lines of the userspace protocol; see [WireGuardUapi]. Unknown keys in replies are skipped.
final class UapiText {
  private UapiText() {}

  static String request(WireGuardChange change) {
    var text = new StringBuilder("set=1\n");
    if (change.privateKey != null) {
      line(text, "private_key", Text.hex(change.privateKey.bytes()));
    }
    if (change.listenPort >= 0) {
      line(text, "listen_port", Integer.toString(change.listenPort));
    }
    if (change.replacePeers) {
      line(text, "replace_peers", "true");
    }
    for (WireGuardChange.PeerChange peer : change.peers) {
      line(text, "public_key", peer.key().toHex());
      if (peer.remove()) {
        line(text, "remove", "true");
        continue;
      }
      if (peer.updateOnly()) {
        line(text, "update_only", "true");
      }
      if (peer.endpoint() != null) {
        line(text, "endpoint", peer.endpoint().toString());
      }
      if (peer.keepaliveSeconds() >= 0) {
        line(text, "persistent_keepalive_interval", Integer.toString(peer.keepaliveSeconds()));
      }
      if (peer.allowedIps() != null) {
        line(text, "replace_allowed_ips", "true");
        for (Prefix prefix : peer.allowedIps()) {
          line(text, "allowed_ip", prefix.toString());
        }
      }
    }
    return text.append('\n').toString();
  }

  private static void line(StringBuilder text, String key, String value) {
    text.append(key).append('=').append(value).append('\n');
  }

  /// The last line's number.
  static int errno(String reply) throws IOException {
    int at = reply.lastIndexOf("errno=");
    try {
      return Integer.parseInt(reply.substring(at + "errno=".length(), reply.length() - 2));
    } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
      throw new IOException("WireGuard's reply has no errno line");
    }
  }

  static WireGuardState parse(String reply) throws IOException {
    var state = new Reading();
    int at = 0;
    try {
      // A last line without its end was cut off, and does not count.
      for (int end = reply.indexOf('\n'); end >= 0; end = reply.indexOf('\n', at)) {
        int equals = reply.indexOf('=', at);
        if (equals > at && equals < end) {
          state.line(reply.substring(at, equals), reply.substring(equals + 1, end));
        }
        at = end + 1;
      }
    } catch (MalformedException e) {
      throw new IOException("WireGuard's reply: " + e.getMessage());
    }
    return state.end();
  }

  private static final class Reading {
    private @Nullable PublicKey ownKey;
    private int listenPort;
    private final List<WireGuardState.Peer> peers = new ArrayList<>();

    // of the peer that is being read
    private @Nullable PublicKey key;
    private @Nullable Endpoint endpoint;
    private List<Prefix> allowedIps = new ArrayList<>();
    private long handshake;
    private long received;
    private long sent;

    void line(String name, String value) throws MalformedException {
      switch (name) {
        case "private_key" -> ownKey = PrivateKey.of(key32(value)).publicKey();
        case "own_public_key" -> ownKey = PublicKey.of(key32(value)); // boringtun
        case "listen_port" -> listenPort = (int) number(value, 0xffff);
        case "public_key" -> {
          endPeer();
          key = PublicKey.of(key32(value));
        }
        case "endpoint" -> endpoint = Endpoint.parse(value);
        case "allowed_ip" -> allowedIps.add(Prefix.parse(value));
        case "last_handshake_time_sec" -> handshake = number(value, Long.MAX_VALUE);
        case "rx_bytes" -> received = number(value, Long.MAX_VALUE);
        case "tx_bytes" -> sent = number(value, Long.MAX_VALUE);
        default -> {} // newer versions may say more
      }
    }

    private static long number(String text, long most) throws MalformedException {
      long number;
      try {
        number = Long.parseLong(text);
      } catch (NumberFormatException e) {
        number = -1;
      }
      if (number < 0 || number > most) {
        throw new MalformedException("not a number from 0 to " + most);
      }
      return number;
    }

    private static byte[] key32(String hex) throws MalformedException {
      byte[] bytes = Text.parseHex(hex);
      if (bytes.length != 32) {
        throw new MalformedException("key: " + bytes.length + " bytes, needs 32");
      }
      return bytes;
    }

    private void endPeer() {
      if (key != null) {
        peers.add(new WireGuardState.Peer(key, endpoint, allowedIps, handshake, received, sent));
      }
      key = null;
      endpoint = null;
      allowedIps = new ArrayList<>();
      handshake = 0;
      received = 0;
      sent = 0;
    }

    WireGuardState end() {
      endPeer();
      return new WireGuardState(ownKey, listenPort, List.copyOf(peers));
    }
  }
}
