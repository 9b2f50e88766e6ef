package dev.adit.core.path;

import static dev.adit.core.path.PathTimers.LONG_AGO;
import static dev.adit.core.path.PathTimers.NEVER;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import org.jspecify.annotations.Nullable;

/// When data that a peer goes on sending directly, although we have left that path, is to be kept
/// from our WireGuard, which would follow it (nat-traversal R-DP-6): two seconds after it was told.
/// Confined to its peer.
///
/// What is dropped is lost. So only a peer is pinned whose agent says that it sends by the relay,
/// too, and is heard there: it has not found the path anew, and has another way. What comes
/// directly is then its WireGuard's own doing.
///
/// ```
///           pulled there            for 2 s, path RELAYED              10 s
///  nothing ──────────────▶ suspect ────────────────────────▶ pinned ───────────▶ suspect
///     ▲ 10 s without             the kernel dropped more: anew ▲ │
///     └──────────────────────────────────────────────────────── ┘ chosen, or the relay is lost
/// ```
final class SourcePin {
  private final PublicKey peer;
  private final NodeContext node;

  /// Where WireGuard was pulled to against our will.
  private @Nullable Endpoint suspect;

  private long toldAt = NEVER;
  private long seenAt = LONG_AGO;
  private boolean hasHeard;
  private boolean isPulled;
  private boolean isSeen; // pulled, or held back

  private boolean pinned;
  private long pinnedAt = LONG_AGO;
  private long dropped;
  private long askedAt = LONG_AGO;

  SourcePin(PublicKey peer, NodeContext node) {
    this.peer = peer;
    this.node = node;
  }

  /// WireGuard was found there, and is moved back. If it has received nothing since the last
  /// reading, it was not the peer that moved it.
  void pulled(Endpoint to, long now) {
    if (!hasHeard) {
      return;
    }
    if (!isSuspect(to, now)) {
      lift();
      suspect = to;
      toldAt = NEVER;
    }
    seenAt = now;
    isPulled = true;
    isSeen = true;
  }

  /// The peer is told that it sends to where we do not answer.
  void told(long now) {
    toldAt = Math.min(toldAt, now);
  }

  /// Whether WireGuard was pulled there before, a short while ago.
  boolean isSuspect(Endpoint endpoint, long now) {
    return endpoint.equals(suspect) && now - seenAt < PathTimers.PIN;
  }

  /// Whether more packets of the pinned source were dropped since the last reading: payload.
  boolean holdsBack(WireGuardReading reading) {
    return pinned && reading.droppedPackets() > 0 && reading.droppedPackets() != dropped;
  }

  /// What is held back counts as if it had pulled WireGuard there.
  ///
  /// @param heard WireGuard has received something since the last reading
  void read(WireGuardReading reading, boolean heard, long now) {
    hasHeard = heard;
    if (holdsBack(reading)) {
      seenAt = now;
      isSeen = true;
    }
    dropped = reading.droppedPackets();
  }

  /// After each reading.
  ///
  /// @param canObey the peer has a relay, and says that it uses it: it does not stand still, nor is
  ///   the direct path all it has
  /// @return true if WireGuard is to be moved back once more: the peer may have pulled it there
  ///   again before it was pinned
  boolean judge(PathState state, boolean canObey, long now) {
    boolean wasPulled = false;
    if (state == PathState.RELAYED && canObey) {
      if (isSeen && isOverdue(now) && isDue(now)) {
        wasPulled = isPulled;
        pinned = true;
        pinnedAt = now;
        dropped = 0;
        node.outputs.add(new PathOutput.PinSource(peer, suspect));
      }
    } else if (state == PathState.RELAYED) {
      lift();
    } else if (state != PathState.SUSPECT) {
      forget();
    }
    if (pinned) {
      node.readSoon(now); // it may have to end soon
    }
    isPulled = false;
    isSeen = false;
    return wasPulled;
  }

  /// Whether the peer is to be asked once more to use the relay: what it confirms shows that it
  /// can.
  boolean mustAsk(long now) {
    if (!pinned || now - askedAt < PathTimers.TELL_AGAIN) {
      return false;
    }
    askedAt = now;
    return true;
  }

  private boolean isOverdue(long now) {
    return toldAt != NEVER && now - toldAt >= PathTimers.COMPLIES_WITHIN;
  }

  private boolean isDue(long now) {
    return !pinned || now - pinnedAt >= PathTimers.PIN_AGAIN;
  }

  /// Data from there is wanted.
  void chosen(Endpoint endpoint) {
    if (endpoint.equals(suspect)) {
      forget();
    }
  }

  void forget() {
    lift();
    suspect = null;
    isPulled = false;
    isSeen = false;
  }

  private void lift() {
    if (pinned) {
      pinned = false;
      node.outputs.add(new PathOutput.PinSource(peer, null));
    }
  }
}
