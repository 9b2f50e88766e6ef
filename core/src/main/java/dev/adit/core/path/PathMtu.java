package dev.adit.core.path;

import static dev.adit.core.path.PathTimers.LONG_AGO;
import static dev.adit.core.path.PathTimers.NEVER;

import dev.adit.crypto.PublicKey;
import org.jspecify.annotations.Nullable;

/// How large the packets to one peer may be (relay-rung §10): measures the selected path by pings
/// of its own, and says by [PathOutput.SetMtu] what the routes to the peer's addresses shall allow.
/// Its pings say nothing of whether the path is alive. Confined to its peer.
///
/// ```
///            settled            answered: up                     5 s
///   SETTLING ───────▶ TRYING ──────────────────▶ RESTING ◀──────────────▶ CHECKING
///                        ▲   3 lost: a smaller one  │   ▲  answered           │ lost
///                        └──────── 10 min ──────────┘   └──── DOUBTING ◀──────┘
///                                                  3 more lost: down
/// ```
///
/// On a relay it is the least. A path that carries less than the least is not used at all, which is
/// not decided here. Forwarded traffic, of other machines behind this one, would need its TCP
/// segments cut to the route's MTU (RR-61); this node forwards none.
final class PathMtu {
  private enum Phase {
    SETTLING,
    TRYING,
    RESTING,
    CHECKING,
    DOUBTING
  }

  private static final int TRIES = 3;

  private final PublicKey peer;
  private final NodeContext node;
  private final PeerProber prober;

  private int mtu = TunnelMtu.LEAST;
  private String remark = "";
  private @Nullable RemoteCandidate path;

  private Phase phase = Phase.SETTLING;
  private long nextAt = NEVER;
  private long tryAgainAt = NEVER;

  // While sizes are asked for: which, how often it was asked, what was answered.
  private int asked;
  private int pings;
  private long askedAt = LONG_AGO;
  private int answered;

  PathMtu(PublicKey peer, NodeContext node, PeerProber prober) {
    this.peer = peer;
    this.node = node;
    this.prober = prober;
  }

  /// Before packets go on this path: not more than it was proven to carry (RR-60).
  void selected(RemoteCandidate candidate, long now) {
    path = candidate;
    int proven =
        now - candidate.mtuProvenAt < PathTimers.MTU_AGAIN ? candidate.mtu : TunnelMtu.LEAST;
    set(Math.min(mtu, proven));
    remark = "larger packets are tried once the path has settled";
    phase = Phase.SETTLING;
    tryAgainAt = NEVER;
    nextAt = now + PathTimers.SETTLE;
  }

  /// Before packets go on a relay.
  void left() {
    path = null;
    nextAt = NEVER;
    set(TunnelMtu.LEAST);
  }

  /// A ping of ours was answered at the size of this MTU, which proves both directions.
  void answered(RemoteCandidate candidate, int size, long now) {
    if (candidate != path || size <= TunnelMtu.LEAST || phase == Phase.SETTLING) {
      return;
    }
    answered = Math.max(answered, size);
    if (size >= mtu && (phase != Phase.TRYING || size >= asked)) {
      candidate.mtu = size;
      candidate.mtuProvenAt = now;
      set(size);
      rest(now);
    }
  }

  /// @param isSettled the selected path is, and WireGuard is where it will be
  void timeReached(boolean isSettled, long now) {
    RemoteCandidate candidate = path;
    if (candidate == null || now < nextAt) {
      return;
    }
    switch (phase) {
      case SETTLING -> {
        if (isSettled) {
          begin(mtu < TunnelMtu.MOST ? Phase.TRYING : Phase.CHECKING, TunnelMtu.MOST, now);
          ask(candidate, asked, now);
        } else {
          nextAt = now + PathTimers.SETTLE_QUIET;
        }
      }
      case TRYING -> tryOn(candidate, now);
      case RESTING -> {
        begin(Phase.TRYING, TunnelMtu.MOST, now);
        ask(candidate, asked, now);
      }
      case CHECKING -> {
        phase = Phase.DOUBTING;
        pings = 0;
        doubt(candidate, now);
      }
      case DOUBTING -> doubt(candidate, now);
    }
  }

  /// From when a heartbeat shall be as large as packets may be; [PathTimers#NEVER] if none. Goes by
  /// time, as the end that only answers large packets has no payload while they get lost.
  long checkAt() {
    return path != null && phase == Phase.RESTING && mtu > TunnelMtu.LEAST
        ? askedAt + PathTimers.MTU_CHECK
        : NEVER;
  }

  /// A heartbeat is due on the selected path.
  ///
  /// @param flags of that PING
  /// @return true if it was sent here
  boolean heartbeat(int flags, long now) {
    RemoteCandidate candidate = path;
    if (candidate == null || now < checkAt()) {
      return false;
    }
    if (!prober.heartbeatOfMtu(mtu, this, candidate, flags, now)) {
      return false;
    }
    begin(Phase.CHECKING, mtu, now);
    nextAt = now + candidate.lostAfter();
    return true;
  }

  private void begin(Phase next, int size, long now) {
    phase = next;
    asked = size;
    pings = 0;
    answered = TunnelMtu.LEAST;
    askedAt = now;
  }

  /// Asks, and waits for the answer to the last of three as long as for any.
  private void ask(RemoteCandidate candidate, int size, long now) {
    if (prober.pingOfMtu(size, this, candidate, now)) {
      pings++;
    }
    boolean isLast = phase == Phase.CHECKING || pings >= TRIES;
    nextAt = now + (isLast ? candidate.lostAfter() : PathTimers.PING_GAP);
  }

  private void tryOn(RemoteCandidate candidate, long now) {
    if (pings >= TRIES) {
      remark = "larger packets are not answered on this path";
      int smaller = TunnelMtu.below(asked);
      if (smaller <= mtu) {
        rest(now);
        return;
      }
      asked = smaller;
      pings = 0;
    }
    ask(candidate, asked, now);
  }

  private void doubt(RemoteCandidate candidate, long now) {
    if (pings < TRIES) {
      int smaller = TunnelMtu.below(mtu);
      if (smaller > TunnelMtu.LEAST) {
        prober.pingOfMtu(smaller, this, candidate, now);
      }
      ask(candidate, mtu, now);
    } else if (candidate.pongAt > askedAt) {
      // Others are answered: these get lost, and no ICMP message says so.
      remark = "larger packets got lost on this path";
      candidate.mtu = answered;
      node.mtuLowered++;
      set(answered);
      tryAgainAt = NEVER; // ten minutes from now
      rest(now);
    } else {
      rest(now); // it may be dead; others find out
    }
  }

  private void rest(long now) {
    phase = Phase.RESTING;
    if (mtu == TunnelMtu.MOST) {
      tryAgainAt = NEVER;
      remark = "";
    } else if (tryAgainAt <= now || tryAgainAt == NEVER) {
      tryAgainAt = now + PathTimers.MTU_AGAIN;
    }
    nextAt = tryAgainAt;
  }

  private void set(int to) {
    if (to != mtu) {
      mtu = to;
      node.outputs.add(new PathOutput.SetMtu(peer, to));
    }
  }

  long wakeAt() {
    return nextAt;
  }

  // --- views

  int mtu() {
    return mtu;
  }

  /// Why it is not the most; else empty.
  String remark() {
    return path == null ? "no direct path" : remark;
  }
}
