package dev.adit.core.path;

import static dev.adit.core.path.PathTimers.LONG_AGO;
import static dev.adit.core.path.PathTimers.NEVER;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.probe.ProbeMessage;
import org.jspecify.annotations.Nullable;

/// The direct path of one peer, while there is one: which candidate is selected, whether it is
/// still trusted, and whether another one should take its place. What follows from that is decided
/// by [PeerPath]. Confined to its peer.
///
/// Among several proven paths the controller (lower node key, R-SEL-1) chooses; its pings on the
/// chosen path carry the nomination, and the other end follows once that path answers it too.
final class SelectedPath {
  private final NodeContext node;
  private final PeerProber prober;
  private final boolean isControlling;
  private final BetterPath better;
  private final EndpointSteering steering;
  private final PathMtu mtu;

  private @Nullable PathTrust selected;
  private @Nullable RemoteCandidate last;
  private long lostAt = LONG_AGO;

  SelectedPath(
      PublicKey peer,
      NodeContext node,
      PeerProber prober,
      boolean isControlling,
      EndpointSteering steering) {
    this.node = node;
    this.prober = prober;
    this.isControlling = isControlling;
    this.better = new BetterPath(prober, node.local);
    this.steering = steering;
    this.mtu = new PathMtu(peer, node, prober);
  }

  // --- chosen and left

  /// @param first false if another candidate was selected and trusted until now
  /// @param flows payload flows
  void select(RemoteCandidate candidate, boolean first, boolean flows, long now) {
    selected = new PathTrust(candidate, first, flows, node, now);
    last = candidate;
    if (first) {
      better.firstSelected(now);
      prober.stopRounds();
    } else {
      better.switched(now);
    }
    mtu.selected(candidate, now);
    steering.selected(candidate, now);
  }

  /// It is not trusted any more, but used for a while beside the relay.
  void suspect(long now) {
    lostAt = now;
    mtu.left();
    steering.left(now);
  }

  void leave(long now) {
    selected = null;
    better.stop();
    mtu.left();
    steering.left(now);
  }

  /// Not even as the last resort.
  void forget() {
    last = null;
  }

  boolean isSelected() {
    return selected != null;
  }

  @Nullable RemoteCandidate candidate() {
    return selected == null ? null : selected.candidate;
  }

  /// The selected one, or the one that was selected last.
  @Nullable RemoteCandidate last() {
    return last;
  }

  PathMtu mtu() {
    return mtu;
  }

  /// When a direct path was last lost.
  long lostAt() {
    return lostAt;
  }

  void lost(long now) {
    lostAt = now;
  }

  // --- what happens while it is in use

  /// Payload passed.
  ///
  /// @return true if that changes when it will be asked
  boolean payload(long now) {
    if (selected == null || selected.isFlowing()) {
      return false;
    }
    selected.flows(now);
    return true;
  }

  /// The peer pinged us from this address. Where the controller's pings say that our answers
  /// arrive, we need few of our own.
  void pinged(RemoteCandidate from, ProbeMessage.Ping ping, long now) {
    if (selected == null) {
      return;
    }
    boolean nominates = (ping.flags() & ProbeMessage.FLAG_NOMINATE) != 0;
    if (from == selected.candidate) {
      selected.pinged(now);
      if (node.rules.provesAnswer(ping, from.answeredTag())) {
        from.answerArrived();
        if (nominates && !isControlling && !steering.isSettling()) {
          selected.relieved(mtu.checkAt(), now);
        }
      }
      if (nominates) {
        steering.nominated();
      }
    } else if (!isControlling && nominates) {
      better.nominated(from, now);
    }
  }

  /// R-ROAM-5: the peer tells as whom it sees us at `source`.
  void observed(Endpoint source, Endpoint as, long now) {
    if (selected != null && source.equals(selected.candidate.endpoint) && selected.observedAs(as)) {
      node.askStun(now);
    }
  }

  /// A ping to any candidate was answered.
  ///
  /// @return the candidate to switch to, or null
  @Nullable RemoteCandidate answered(RemoteCandidate candidate, boolean full, long now) {
    if (selected == null || candidate == selected.candidate || !candidate.isProven(now)) {
      return null;
    }
    boolean preferred =
        isControlling
            ? better.isPreferred(candidate, selected.candidate, now)
            : full && better.isNominated(candidate);
    // Where WireGuard has gone by itself, because the peer sends from there, we follow.
    return preferred || full && steering.isAt(candidate.endpoint) ? candidate : null;
  }

  /// Whether the selected path has turned out to carry small packets only.
  boolean isTooSmall() {
    return selected != null && selected.candidate.state == RemoteCandidate.State.SMALL;
  }

  /// @return the candidate to switch to, or null
  @Nullable RemoteCandidate pingLost(RemoteCandidate candidate, long now) {
    if (selected == null || candidate != selected.candidate) {
      return null;
    }
    selected.hurry(now);
    return prober.livelierThan(candidate, now); // T-9: the peer's NAT was rebound
  }

  // --- time

  /// @param flows payload flows
  /// @return false if it is not trusted any more
  boolean isTrusted(boolean flows, long now) {
    if (selected == null) {
      return false;
    }
    if (selected.isFlowing() && !flows) {
      selected.rests();
    }
    return now < selected.trustedUntil();
  }

  /// @return the candidate to switch to, or null
  @Nullable RemoteCandidate timeReached(long now) {
    if (selected == null) {
      return null;
    }
    if (selected.heartbeatDue(now)) {
      int flags = isControlling ? ProbeMessage.FLAG_NOMINATE : 0;
      boolean full = selected.wantsFullSize(now) || steering.isSettling();
      if (!mtu.heartbeat(flags, now)) {
        prober.pingAtOnce(selected.candidate, full, flags, now);
      }
    }
    mtu.timeReached(!steering.isSettling(), now);
    return better.timeReached(selected.candidate, isControlling, now);
  }

  long wakeAt() {
    return selected == null
        ? NEVER
        : Math.min(selected.wakeAt(), Math.min(better.wakeAt(), mtu.wakeAt()));
  }
}
