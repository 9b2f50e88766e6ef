package dev.adit.net.linux;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.Prefix;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A set of changes to one WireGuard device, applied in the order: key, port, peers. Not
/// thread-safe; made, filled, applied once.
public final class WireGuardChange {
  /// @param endpoint null leaves it as it is
  /// @param keepaliveSeconds 0 for off, −1 leaves it as it is
  /// @param allowedIps replaces all of this peer's; null leaves them as they are
  /// @param remove everything else is then ignored
  record PeerChange(
      PublicKey key,
      @Nullable Endpoint endpoint,
      int keepaliveSeconds,
      @Nullable List<Prefix> allowedIps,
      boolean remove,
      boolean updateOnly) {}

  @Nullable PrivateKey privateKey;
  int listenPort = -1;
  boolean replacePeers;
  final List<PeerChange> peers = new ArrayList<>();

  public WireGuardChange privateKey(PrivateKey key) {
    privateKey = key;
    return this;
  }

  /// @param port 0 for any
  public WireGuardChange listenPort(int port) {
    listenPort = port;
    return this;
  }

  /// Removes every peer that this change does not name.
  public WireGuardChange replacePeers() {
    replacePeers = true;
    return this;
  }

  /// Adds a peer or makes an existing one so: endpoint and allowed IPs in one request
  /// (nat-traversal R-DP-1), keepalive off.
  public WireGuardChange upsert(PublicKey key, Endpoint endpoint, List<Prefix> allowedIps) {
    peers.add(new PeerChange(key, endpoint, 0, List.copyOf(allowedIps), false, false));
    return this;
  }

  /// Changes the endpoint of a peer that exists; nothing happens if it does not.
  public WireGuardChange endpoint(PublicKey key, Endpoint endpoint) {
    peers.add(new PeerChange(key, endpoint, -1, null, false, true));
    return this;
  }

  /// Changes the persistent keepalive of a peer that exists. From 0 to n sends one at once.
  public WireGuardChange keepalive(PublicKey key, int seconds) {
    peers.add(new PeerChange(key, null, seconds, null, false, true));
    return this;
  }

  public WireGuardChange remove(PublicKey key) {
    peers.add(new PeerChange(key, null, -1, null, true, false));
    return this;
  }

  public boolean isEmpty() {
    return privateKey == null && listenPort < 0 && !replacePeers && peers.isEmpty();
  }
}
