package dev.adit.core.path;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What of WireGuard matters to who steers it: it sends to its endpoint, which moves to the source
/// of every authentic packet that is not a replay, and it counts. It has one peer.
final class SimWireGuard {
  private @Nullable PublicKey peer;
  private final Set<Integer> seen = new HashSet<>();
  private long receivedBytes;
  private long sentBytes;

  /// Null is E(p).
  @Nullable Endpoint endpoint;

  /// How often it was told where to send.
  int moves;

  /// A peer that is only pinged in its sleep.
  boolean deaf;

  /// @return where to, null for E(p)
  @Nullable Endpoint sends(PublicKey to, byte[] packet) {
    peer = to;
    sentBytes += packet.length;
    return endpoint;
  }

  /// @param from null for E(p)
  void receives(@Nullable Endpoint from, byte[] packet) {
    if (!deaf && seen.add(LabNode.numberOf(packet))) {
      endpoint = from;
      receivedBytes += packet.length;
    }
  }

  void moved(PublicKey to, @Nullable Endpoint newEndpoint) {
    peer = to;
    endpoint = newEndpoint;
    moves++;
  }

  List<WireGuardReading> readings() {
    return peer == null
        ? List.of()
        : List.of(new WireGuardReading(peer, endpoint, receivedBytes, sentBytes));
  }
}
