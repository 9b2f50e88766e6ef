package dev.adit.net.linux;

import dev.adit.crypto.PrivateKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A change set for a WireGuard device. What is null stays as it is. Immutable.
///
/// @param listenPort 0 lets the device choose
/// @param mark firewall mark; 0 for none
/// @param replacePeers removes all peers first, which ends their sessions
public record DeviceChanges(
    @Nullable PrivateKey privateKey,
    @Nullable Integer listenPort,
    @Nullable Integer mark,
    boolean replacePeers,
    List<PeerChange> peers) {
  public DeviceChanges {
    peers = List.copyOf(peers);
  }

  public static DeviceChanges ofPeers(List<? extends PeerChange> peers) {
    return new DeviceChanges(null, null, null, false, List.copyOf(peers));
  }

  public static DeviceChanges ofPeer(PeerChange peer) {
    return ofPeers(List.of(peer));
  }

  /// A device from nothing: key and port set, exactly these peers.
  public static DeviceChanges everything(
      PrivateKey privateKey, int listenPort, List<? extends PeerChange> peers) {
    return new DeviceChanges(privateKey, listenPort, null, true, List.copyOf(peers));
  }
}
