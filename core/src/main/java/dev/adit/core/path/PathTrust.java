package dev.adit.core.path;

import dev.adit.core.path.PathTimers.Liveness;
import dev.adit.wire.Endpoint;
import org.jspecify.annotations.Nullable;

/// The direct path in use: until when it is trusted, and when it is asked again (nat-traversal
/// §3.5).
final class PathTrust {
  final RemoteCandidate candidate;
  private final NodeContext node;
  private Liveness liveness;
  private long pingedAt = PathTimers.LONG_AGO;
  private long trustedAnyway = PathTimers.LONG_AGO;
  private long heartbeatAt;
  private long askedAt;
  private @Nullable Endpoint observedAs;

  /// @param flows payload flows
  PathTrust(RemoteCandidate candidate, boolean first, boolean flows, NodeContext node, long now) {
    this.candidate = candidate;
    this.node = node;
    this.liveness = flows ? PathTimers.FLOWING : PathTimers.QUIET;
    // A change is nominated at once; a first choice was just answered.
    this.heartbeatAt = first ? nextHeartbeat(now) : now;
    this.askedAt = now;
  }

  boolean isFlowing() {
    return liveness == PathTimers.FLOWING;
  }

  /// Payload begins to flow: from now on an answer counts for less long. What was asked as seldom
  /// as without payload gets the time to answer.
  void flows(long now) {
    trustedAnyway = Math.min(trustedUntil(), now + PathTimers.FLOWING.trust());
    liveness = PathTimers.FLOWING;
    hurry(now);
  }

  /// Payload has ceased to flow.
  void rests() {
    liveness = PathTimers.QUIET;
  }

  /// The peer's ping came on this path. It extends trust only a little beyond our own last answer:
  /// it proves nothing about the direction from us to the peer.
  void pinged(long now) {
    pingedAt = now;
  }

  /// Trust ends with the last proof, whatever small pings say, when no full-size one was answered.
  long trustedUntil() {
    long byPong = candidate.pongAt + liveness.trust();
    long byPing = Math.min(pingedAt + liveness.trust(), candidate.pongAt + liveness.trustByPing());
    long trusted = Math.max(Math.max(byPong, byPing), trustedAnyway);
    return node.rules.trustEnds(
        Math.min(trusted, candidate.fullPongAt + PathTimers.FULL_SIZE_PROOF));
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
    askedAt = now;
    heartbeatAt = nextHeartbeat(now);
    return true;
  }

  /// The peer's pings prove both directions: ours come when those stay away, and now and then, to
  /// measure the round trip and what size passes.
  ///
  /// @param checkAt the next one of these is wanted then
  void relieved(long checkAt, long now) {
    long silence = liveness.heartbeat() / 10 * PathTimers.SILENCE_TENTHS;
    long latest = Math.min(checkAt, askedAt + PathTimers.OWN_CHECK);
    heartbeatAt = Math.max(heartbeatAt, Math.min(now + silence, latest));
  }

  /// Every fourth heartbeat is of full size, and all of them until one such is answered.
  boolean wantsFullSize(long now) {
    return now - candidate.fullPongAt >= (PathTimers.FULL_SIZE_EVERY - 1) * liveness.heartbeat();
  }

  private long nextHeartbeat(long now) {
    // ± 10 %, with what the slot adds
    long at = now + PathTimers.jitter(liveness.heartbeat(), 7, node.random);
    return at + PathTimers.SLOT / 2 - Math.floorMod(at + PathTimers.SLOT / 2, PathTimers.SLOT);
  }

  long wakeAt() {
    return Math.min(trustedUntil(), heartbeatAt);
  }
}
