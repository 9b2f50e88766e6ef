package dev.adit.core.path;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import org.jspecify.annotations.Nullable;

/// What the path machine wants done.
public sealed interface PathOutput {
  /// Send a probe from the outside port, TTL 60 and DSCP AF41 where possible, never fragmented.
  ///
  /// @param fullSize the path is measured by it
  record SendProbe(Endpoint to, byte[] bytes, boolean fullSize) implements PathOutput {}

  /// Send on the relay: a probe message, a HELLO, or a repeated handshake initiation.
  record SendRelay(PublicKey peer, byte[] bytes) implements PathOutput {}

  /// Inject into WireGuard from the peer's loopback endpoint.
  record DeliverToWireGuard(PublicKey peer, byte[] message) implements PathOutput {}

  /// Have our WireGuard begin a handshake with the peer, which uses a session that ours cannot
  /// have.
  record RenewSession(PublicKey peer) implements PathOutput {}

  /// Tell WireGuard where to send the peer's packets.
  ///
  /// @param endpoint the peer's address; null for its loopback endpoint E(p)
  record SetEndpoint(PublicKey peer, @Nullable Endpoint endpoint) implements PathOutput {}

  /// Keep WireGuard's messages from there, and nothing else from there, from our WireGuard for 10
  /// s; one source of each peer at a time. Said again, the time begins anew.
  ///
  /// @param source null: of this peer, none any more
  record PinSource(PublicKey peer, @Nullable Endpoint source) implements PathOutput {}

  /// Let packets to the peer have so many bytes; before this it is [TunnelMtu#LEAST]. Carry it out
  /// before what is put out after it: the path changes then.
  record SetMtu(PublicKey peer, int mtu) implements PathOutput {}

  /// Ask WireGuard about all peers, then report by [PathNode#wireGuardRead].
  record ReadWireGuard() implements PathOutput {}

  /// Ask the STUN servers now, then report by [PathNode#stunSettled].
  record RefreshStun() implements PathOutput {}

  /// A peer sees our outside port so (R-STUN-22). Said when it is new, and now and then again.
  ///
  /// @param peer where it was pinged
  record SeenAs(Endpoint peer, Endpoint as) implements PathOutput {}

  /// One line of the log, at info.
  ///
  /// @param endpoint the selected one after the change, or null
  record PathChanged(
      PublicKey peer, PathState from, PathState to, PathReason reason, @Nullable Endpoint endpoint)
      implements PathOutput {}
}
