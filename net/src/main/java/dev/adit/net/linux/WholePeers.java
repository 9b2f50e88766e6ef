package dev.adit.net.linux;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.Prefix;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Changes for a device whose peers cannot be changed, only removed and added again: `boringtun`
/// 0.7.1 ends when it is asked to change one, and does not know `update_only`. A peer that is
/// replaced loses its session; one that stays as it is does not. Its keepalive cannot be changed.
/// Not thread-safe.
final class WholePeers {
  private record Peer(@Nullable Endpoint endpoint, int keepalive, Set<Prefix> allowed) {}

  private final Map<PublicKey, Peer> had = new LinkedHashMap<>();
  private final Map<PublicKey, Peer> has = new LinkedHashMap<>();

  private WholePeers(WireGuardState now) {
    for (WireGuardState.Peer peer : now.peers()) {
      var known = new Peer(peer.endpoint(), -1, new HashSet<>(peer.allowedIps()));
      had.put(peer.key(), known);
      has.put(peer.key(), known);
    }
  }

  /// @return what does the same, to be carried out one after the other; a part may be empty
  static List<WireGuardChange> of(WireGuardChange change, WireGuardState now) {
    var peers = new WholePeers(now);
    peers.apply(change);
    PublicKey own = change.privateKey == null ? now.ownKey() : change.privateKey.publicKey();
    if (own != null) {
      peers.has.remove(own); // WireGuard takes no peer with its own key
    }
    var first = new WireGuardChange();
    first.privateKey = change.privateKey;
    first.listenPort = change.listenPort;
    var second = new WireGuardChange();
    peers.had.forEach((key, peer) -> {
      if (!peer.equals(peers.has.get(key))) {
        first.remove(key);
      }
    });
    peers.has.forEach((key, peer) -> {
      if (!peer.equals(peers.had.get(key))) {
        second.peers.add(
            new WireGuardChange.PeerChange(
                key, peer.endpoint, peer.keepalive, List.copyOf(peer.allowed), false, false));
      }
    });
    return List.of(first, second);
  }

  private void apply(WireGuardChange change) {
    if (change.replacePeers) {
      Set<PublicKey> named = new HashSet<>();
      change.peers.forEach(peer -> named.add(peer.key()));
      has.keySet().retainAll(named);
    }
    for (WireGuardChange.PeerChange asked : change.peers) {
      Peer known = has.get(asked.key());
      if (asked.remove()) {
        has.remove(asked.key());
      } else if (known != null || !asked.updateOnly()) {
        has.put(asked.key(), changed(asked, known));
      }
    }
  }

  private Peer changed(WireGuardChange.PeerChange asked, @Nullable Peer known) {
    Endpoint endpoint = asked.endpoint();
    if (endpoint == null && known != null) {
      endpoint = known.endpoint;
    }
    Set<Prefix> allowed = known == null ? Set.of() : known.allowed;
    List<Prefix> wanted = asked.allowedIps();
    if (wanted != null) {
      allowed = new HashSet<>(wanted);
      take(asked.key(), allowed);
    }
    return new Peer(endpoint, known == null ? asked.keepaliveSeconds() : known.keepalive, allowed);
  }

  /// A prefix belongs to the peer that got it last.
  private void take(PublicKey heir, Set<Prefix> prefixes) {
    for (PublicKey key : new ArrayList<>(has.keySet())) {
      Peer peer = has.get(key);
      if (peer != null && !key.equals(heir) && peer.allowed.stream().anyMatch(prefixes::contains)) {
        Set<Prefix> left = new HashSet<>(peer.allowed);
        left.removeAll(prefixes);
        has.put(key, new Peer(peer.endpoint, peer.keepalive, left));
      }
    }
  }
}
