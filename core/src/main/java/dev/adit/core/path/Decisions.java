package dev.adit.core.path;

import dev.adit.wire.Endpoint;
import dev.adit.wire.probe.ProbeMessage;
import org.jspecify.annotations.Nullable;

/// What the two ends have told each other about how they send: our decision with its epoch, and the
/// peer's last epoch (nat-traversal §3.3, relay-rung RR-14).
final class Decisions {
  private int epoch;
  private int decision = ProbeMessage.DECISION_DERP;
  private ProbeMessage.@Nullable Path said;
  private long sayAgainAt = PathTimers.NEVER;
  private int peerEpoch;
  private boolean peerIsDirect;
  private long heldUntil = PathTimers.LONG_AGO;
  private int holds;

  int epoch() {
    return epoch;
  }

  int decision() {
    return decision;
  }

  /// We send directly to `address` now.
  ProbeMessage.Path direct(Endpoint address, PathReason reason, long now) {
    epoch++;
    decision = ProbeMessage.DECISION_DIRECT;
    return say(ProbeMessage.Path.direct(reason.code(), epoch, address), now);
  }

  /// We send by the relay now. Said twice, it is the same decision with the same epoch.
  ProbeMessage.Path relay(PathReason reason, long now) {
    if (decision != ProbeMessage.DECISION_DERP) {
      epoch++;
      decision = ProbeMessage.DECISION_DERP;
    }
    return say(ProbeMessage.Path.without(reason.code(), epoch, decision), now);
  }

  /// The peer sends to where we cannot answer. If it has said so of us, too, it is only asked.
  ProbeMessage.Path complaint(long now) {
    return isHeld(now) ? askForRelay() : demandRelay(now);
  }

  /// We send by the relay, as before, and the peer shall: it is held to it.
  private ProbeMessage.Path demandRelay(long now) {
    epoch++;
    decision = ProbeMessage.DECISION_DERP;
    return say(ProbeMessage.Path.without(PathReason.UNANSWERABLE.code(), epoch, decision), now);
  }

  /// We send by the relay, as before, and the peer shall; it is not held to it.
  ProbeMessage.Path askForRelay() {
    epoch++;
    return ProbeMessage.Path.without(PathReason.TRUST_EXPIRED.code(), epoch, decision);
  }

  /// We send by the relay already, as the peer wants it.
  ProbeMessage.Path confirmRelay() {
    epoch++;
    return ProbeMessage.Path.without(PathReason.PEER_TOLD.code(), epoch, decision);
  }

  /// Whether the peer, too, has said last that it sends by the relay.
  boolean isPeerRelayed() {
    return !peerIsDirect;
  }

  /// Whether what we prove by ourselves does not count: the peer's WireGuard answers where it is
  /// asked from, so a path serves both ends or none, and the peer has not proven any yet.
  boolean isHeld(long now) {
    return now < heldUntil;
  }

  private ProbeMessage.Path say(ProbeMessage.Path path, long now) {
    said = path;
    sayAgainAt = now + PathTimers.PATH_REPEAT;
    return path;
  }

  /// The relay is back: what we said last may have been lost.
  void sayAgain(long now) {
    sayAgainAt = said == null ? PathTimers.NEVER : now;
  }

  /// @return what is to be said again now, or null
  ProbeMessage.@Nullable Path due(long now) {
    if (now < sayAgainAt) {
      return null;
    }
    sayAgainAt = PathTimers.NEVER;
    return said;
  }

  long wakeAt() {
    return sayAgainAt;
  }

  /// @return true if the peer's decision is a new one
  boolean heard(ProbeMessage.Path path, PathRules rules, long now) {
    if (!rules.isNewer(path.epoch(), peerEpoch)) {
      return false;
    }
    peerEpoch = path.epoch();
    peerIsDirect = path.decision() == ProbeMessage.DECISION_DIRECT;
    if (peerIsDirect) {
      heldUntil = PathTimers.LONG_AGO;
      holds = 0;
    } else if (path.reason() == PathReason.UNANSWERABLE.code()) {
      heldUntil = now + (PathTimers.TOLD_HOLD << Math.min(holds++, PathTimers.TOLD_DOUBLINGS));
    }
    return true;
  }

  /// The peer's agent is another and counts from the start.
  void peerRestarted() {
    peerEpoch = 0;
    peerIsDirect = false;
    heldUntil = PathTimers.LONG_AGO;
    holds = 0;
  }
}
