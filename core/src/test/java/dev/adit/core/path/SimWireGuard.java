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

  /// What the kernel keeps from it, for ten seconds (R-DP-6), and how often.
  @Nullable Endpoint pinned;

  private long pinnedAt;
  private long dropped;
  int pins;

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

  void pinned(@Nullable Endpoint source, long now) {
    pinned = source;
    pinnedAt = now;
    dropped = 0;
    pins++;
  }

  boolean drops(Endpoint source, long now) {
    boolean drops = source.equals(pinned) && now - pinnedAt < 10_000 * Lab.MS;
    dropped += drops ? 1 : 0;
    return drops;
  }

  void moved(PublicKey to, @Nullable Endpoint newEndpoint) {
    peer = to;
    endpoint = newEndpoint;
    moves++;
  }

  List<WireGuardReading> readings() {
    return peer == null
        ? List.of()
        : List.of(new WireGuardReading(peer, endpoint, receivedBytes, sentBytes, dropped));
  }
}
