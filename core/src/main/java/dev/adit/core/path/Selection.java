package dev.adit.core.path;

import static dev.adit.core.path.PathTimers.ACTIVE;

import dev.adit.wire.Endpoint;
import org.jspecify.annotations.Nullable;

/// The direct path in use: until when it is trusted, and when it is asked again (§3.5).
final class Selection {
  final RemoteCandidate candidate;
  private final NodeContext node;
  private long trustedUntil;
  private long heartbeatAt;
  private @Nullable Endpoint observedAs;

  Selection(RemoteCandidate candidate, boolean first, NodeContext node, long now) {
    this.candidate = candidate;
    this.node = node;
    // Not from now: a proven alternative may have answered some seconds ago.
    this.trustedUntil = candidate.pongAt + ACTIVE.trust();
    // A change is nominated at once; a first choice was just answered.
    this.heartbeatAt = first ? nextHeartbeat(now) : now;
  }

  /// Our ping was answered on this path.
  void proven(long now) {
    trustedUntil = now + ACTIVE.trust();
  }

  /// The peer's ping came on this path. It extends trust only a little beyond our own last answer:
  /// it proves nothing about the direction from us to the peer.
  void pinged(long now) {
    long byPing = Math.min(now + ACTIVE.trust(), candidate.pongAt + ACTIVE.trustByPing());
    trustedUntil = Math.max(trustedUntil, byPing);
  }

  /// Trust ends with the last proof, whatever small pings say, when no full-size one was answered.
  long trustedUntil() {
    long proven = candidate.fullPongAt + PathTimers.FULL_SIZE_PROOF;
    return node.rules.trustEnds(Math.min(trustedUntil, proven));
  }

  /// R-ROAM-5: how the peer sees us on this path.
  ///
  /// @return true if that changed
  boolean observedAs(Endpoint observed) {
    boolean changed = observedAs != null && !observedAs.equals(observed);
    observedAs = observed;
    return changed;
  }

  /// A ping was lost: ask again without waiting for the next second.
  void hurry(long now) {
    heartbeatAt = Math.min(heartbeatAt, now);
  }

  boolean heartbeatDue(long now) {
    if (now < heartbeatAt) {
      return false;
    }
    heartbeatAt = nextHeartbeat(now);
    return true;
  }

  /// Every fourth heartbeat is of full size, and all of them until one such is answered.
  boolean wantsFullSize(long now) {
    return now - candidate.fullPongAt >= (PathTimers.FULL_SIZE_EVERY - 1) * ACTIVE.heartbeat();
  }

  private long nextHeartbeat(long now) {
    return now + PathTimers.jitter(ACTIVE.heartbeat(), 10, node.random);
  }

  long wakeAt() {
    return Math.min(trustedUntil(), heartbeatAt);
  }
}
