package dev.adit.core.path;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import org.jspecify.annotations.Nullable;

/// What WireGuard says of one peer.
///
/// @param endpoint where it sends, or null for nowhere; the path machine takes null for the peer's
///   loopback endpoint E(p), too
/// @param receivedBytes authentic ones, since the interface was made
/// @param droppedPackets from the source that [PathOutput.PinSource] named last, since then
public record WireGuardReading(
    PublicKey peer,
    @Nullable Endpoint endpoint,
    long receivedBytes,
    long sentBytes,
    long droppedPackets) {

  /// Of a peer without a pinned source.
  public WireGuardReading(
      PublicKey peer, @Nullable Endpoint endpoint, long receivedBytes, long sentBytes) {
    this(peer, endpoint, receivedBytes, sentBytes, 0);
  }

  /// The same, with null for the peer's loopback endpoint, which is `loopback`.
  public WireGuardReading without(Endpoint loopback) {
    return loopback.equals(endpoint)
        ? new WireGuardReading(peer, null, receivedBytes, sentBytes, droppedPackets)
        : this;
  }
}
