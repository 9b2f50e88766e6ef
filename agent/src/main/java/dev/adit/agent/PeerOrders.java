package dev.adit.agent;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import org.jspecify.annotations.Nullable;

/// What the path machine wants of the WireGuard interface for one peer, carried out soon and in
/// this order.
interface PeerOrders {
  /// Has WireGuard begin a handshake with a peer.
  void greet(PublicKey peer);

  /// Has WireGuard send a peer's packets there.
  void moveEndpoint(PublicKey peer, Endpoint endpoint);

  /// As [Tunnel#pin].
  void pin(PublicKey peer, @Nullable Endpoint source);

  /// As [Tunnel#routeMtu].
  void routeMtu(PublicKey peer, int mtu);
}
