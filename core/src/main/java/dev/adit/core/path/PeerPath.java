package dev.adit.core.path;

import static dev.adit.core.path.PathTimers.LONG_AGO;
import static dev.adit.core.path.PathTimers.NEVER;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.probe.Candidate;
import dev.adit.wire.probe.ProbeMessage;
import dev.adit.wire.wireguard.WireGuardMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The path to one peer: the state table of relay-rung §1.3 in mux mode.
///
/// Data starts on the relay and moves to a direct path as soon as one has answered a full-size
/// ping; it stays there only while that path keeps answering. What answers is [PeerProber]'s
/// business, what is said [PeerProtocol]'s. Confined to the thread of its [PathNode].
///
/// Both ends decide for themselves when to enter and leave a direct path, and tell each other by
/// PATH. Among several proven paths the controller (lower node key, R-SEL-1) chooses; its pings on
/// the chosen path carry the nomination, and the other end follows once that path answers it too.
final class PeerPath {
  final SessionWatch sessions = new SessionWatch();
  private final PublicKey key;
  private final NodeContext node;
  private final boolean isController;
  private final PeerProber prober;
  private final PeerProtocol protocol;
  private final KeptInitiation initiation = new KeptInitiation();
  private final TransitionLog log = new TransitionLog();

  private PathState state = PathState.IDLE;
  private @Nullable Selection selected; // in DIRECT and SUSPECT
  private @Nullable RemoteCandidate lastSelected;
  private final PeerRoutes routes = new PeerRoutes();
  private final Decisions decisions = new Decisions();
  private final BetterPath better;
  private boolean gone;

  private final Activity activity = new Activity();
  private long directLostAt = LONG_AGO;

  private long suspectUntil;
  private long wakeAt = NEVER;

  PeerPath(PublicKey key, NodeContext node) {
    this.key = key;
    this.node = node;
    this.isController = node.nodeKey.publicKey().compareTo(key) < 0;
    this.prober = new PeerProber(this, node);
    this.protocol = new PeerProtocol(this, node, new ProbeKeyring(key, this, node), prober);
    this.better = new BetterPath(prober, node.local);
    updateRoutes();
  }

  // --- WireGuard's packets

  /// A packet came to E(p). The packet path: in a steady state it only looks at fields.
  Route wireGuardSent(WireGuardMessage kind, byte[] packet, int offset, int length, long now) {
    boolean keepAlive = WireGuardMessage.isKeepAlive(kind, length);
    if (!keepAlive || state == PathState.IDLE) {
      payload(now);
    }
    if (kind == WireGuardMessage.INITIATION) {
      initiation.sent(packet, offset, length, now);
    }
    if (state == PathState.IDLE) {
      start(PathReason.STARTED, now);
      reschedule();
    } else if (kind == WireGuardMessage.INITIATION) {
      reschedule();
    }
    boolean both = kind == WireGuardMessage.INITIATION || kind == WireGuardMessage.RESPONSE;
    return both ? routes.handshake() : routes.data();
  }

  void wireGuardReceived(
      boolean onRelay, WireGuardMessage kind, byte[] packet, int offset, int length, long now) {
    if (!WireGuardMessage.isKeepAlive(kind, length)) {
      payload(now);
    }
    initiation.answered(kind, packet, offset);
    if (onRelay && (gone || state == PathState.IDLE || state == PathState.DEAD)) {
      heardOnRelay(now);
      reschedule();
    }
  }

  private void payload(long now) {
    activity.payload(now);
    Selection current = selected;
    if (current != null && !current.isFlowing()) {
      current.flows(now);
      reschedule();
    }
  }

  // --- the relay

  private void heardOnRelay(long now) {
    gone = false;
    if (state == PathState.IDLE) {
      start(PathReason.STARTED, now);
    } else if (state == PathState.DEAD && isRelayUsable()) {
      start(PathReason.RELAY_BACK, now);
    }
    updateRoutes();
  }

  void relayConnected(long now) {
    gone = false;
    relayIsBack(now);
    if (state == PathState.DIRECT) {
      decisions.sayAgain(now);
    }
    updateRoutes();
    reschedule();
  }

  private void relayIsBack(long now) {
    byte[] kept = initiation.relayConnected(now);
    if (kept != null) {
      node.sendRelay(key, kept);
    }
    if (state == PathState.DEAD) {
      start(PathReason.RELAY_BACK, now);
    }
  }

  void relayLost(long now) {
    relayUnusable(now);
  }

  void goneFromRelay(long now) {
    gone = true;
    relayUnusable(now);
  }

  private void relayUnusable(long now) {
    if (state == PathState.RELAYED || state == PathState.SUSPECT) {
      leaveSelected();
      become(PathState.DEAD, PathReason.RELAY_LOST, now);
    }
    updateRoutes();
    reschedule();
  }

  private boolean isRelayUsable() {
    return node.relayUp && !gone;
  }

  // --- hints and local changes

  void presenceHeard(
      @Nullable PublicKey probeKey, List<Candidate> candidates, boolean online, long now) {
    prober.presenceHeard(candidates, now);
    if (online && gone) {
      gone = false;
      if (isRelayUsable()) {
        relayIsBack(now);
      }
    }
    if (probeKey != null) {
      protocol.keyHinted(probeKey, now);
    }
    updateRoutes();
    reschedule();
  }

  void candidatesChanged(long now) {
    prober.localChanged(false);
    if (selected != null && !node.local.accepts(selected.candidate.endpoint)) {
      demote(PathReason.LOCAL_CHANGE, now);
    } else if (isActive() && hasPayload(now)) {
      prober.callSoon(true, now);
    }
    reschedule();
  }

  void linkChanged(long now) {
    prober.localChanged(true);
    switch (state) {
      case IDLE -> {}
      case RELAYED, DEAD -> prober.restart(now);
      case DIRECT, SUSPECT -> demote(PathReason.LOCAL_CHANGE, now);
    }
    reschedule();
  }

  void stunSettled(long now) {
    prober.timeReached(now);
    reschedule();
  }

  void removed() {
    protocol.removed();
    node.sources.peerRemoved(this);
  }

  // --- what probes mean

  PeerProtocol protocol() {
    return protocol;
  }

  /// A probe message was handled: timers and routes may have changed.
  void probeHandled() {
    updateRoutes();
    reschedule();
  }

  void notGone() {
    gone = false;
  }

  /// The peer says CALL. Without payload that keeps us awake for a short while only, or two idle
  /// peers would wake each other for ever.
  void called(long now) {
    if (state == PathState.IDLE) {
      activity.woken(now);
    }
    heardOnRelay(now);
  }

  /// RR-20: the peer's agent is another; nothing it proved holds.
  void peerRestarted(long now) {
    decisions.peerRestarted();
    switch (state) {
      case IDLE, DEAD -> {}
      case RELAYED -> prober.restart(now);
      case DIRECT, SUSPECT -> release(PathReason.PEER_RESTARTED, now);
    }
    lastSelected = null;
  }

  /// The peer pinged us from this address.
  void pinged(RemoteCandidate from, boolean nominates, long now) {
    Selection current = state == PathState.DIRECT ? selected : null;
    if (current == null) {
      return;
    }
    if (from == current.candidate) {
      current.pinged(now);
    } else if (!isController && nominates) {
      better.nominated(from, now);
    }
  }

  /// R-ROAM-5: the peer tells as whom it sees us at `source`.
  void observed(Endpoint source, Endpoint as, long now) {
    if (selected != null && source.equals(selected.candidate.endpoint) && selected.observedAs(as)) {
      node.askStun(now);
    }
  }

  /// One of our pings was answered.
  void answered(RemoteCandidate candidate, boolean full, long now) {
    switch (state) {
      case IDLE -> {}
      case RELAYED, SUSPECT, DEAD -> {
        if (full) {
          select(candidate, PathReason.UPGRADE, now);
        }
      }
      case DIRECT -> answeredWhileDirect(candidate, full, now);
    }
  }

  private void answeredWhileDirect(RemoteCandidate candidate, boolean full, long now) {
    Selection current = selected;
    if (current == null) {
      return;
    }
    if (candidate == current.candidate) {
      if (candidate.state == RemoteCandidate.State.SMALL) {
        demote(PathReason.TRUST_EXPIRED, now);
      }
      return;
    }
    if (!candidate.isProven(now)) {
      return;
    }
    boolean preferred =
        isController
            ? better.isPreferred(candidate, current.candidate, now)
            : full && better.isNominated(candidate);
    if (preferred) {
      select(candidate, PathReason.BETTER_PATH, now);
    }
  }

  /// A small ping was answered: is a full-size answer wanted as well?
  boolean wantsFullSize(RemoteCandidate candidate, long now) {
    return state != PathState.DIRECT || !candidate.isProven(now);
  }

  void pingLost(RemoteCandidate candidate, long now) {
    Selection current = state == PathState.DIRECT ? selected : null;
    if (current == null || candidate != current.candidate) {
      return;
    }
    current.hurry(now);
    RemoteCandidate livelier = prober.livelierThan(candidate, now);
    if (livelier != null) {
      select(livelier, PathReason.BETTER_PATH, now); // T-9: the peer's NAT was rebound
    }
  }

  /// PATH, by whatever channel.
  void decisionHeard(ProbeMessage.Path path, long now) {
    if (!decisions.heard(path, node.rules)) {
      return;
    }
    if (path.decision() == ProbeMessage.DECISION_DIRECT) {
      RemoteCandidate heard = prober.lastHeard();
      if (state != PathState.IDLE && state != PathState.DIRECT) {
        if (heard == null) {
          prober.restart(now);
        } else {
          prober.ping(heard, true, 0, now);
        }
      }
    } else if ((state == PathState.DIRECT || state == PathState.SUSPECT)
        && node.rules.obeysRelayDecision(path)) {
      release(PathReason.PEER_TOLD, now);
    }
  }

  // --- transitions; the actions of relay-rung §1.3

  private void start(PathReason reason, long now) {
    become(isRelayUsable() ? PathState.RELAYED : PathState.DEAD, reason, now);
    prober.restart(now);
  }

  private void select(RemoteCandidate candidate, PathReason reason, long now) {
    boolean first = state != PathState.DIRECT;
    selected = new Selection(candidate, first, activity.payloadFlows(now), node, now);
    lastSelected = candidate;
    if (first) {
      better.firstSelected(now);
      prober.stopRounds();
    } else {
      better.switched(now);
    }
    become(PathState.DIRECT, reason, now);
    protocol.send(decisions.direct(candidate.endpoint, reason, now), false);
  }

  /// Leave the selected path, which no longer answers, but send on both for a while.
  private void demote(PathReason reason, long now) {
    directLostAt = now;
    suspectUntil = now + PathTimers.SUSPECT;
    if (isRelayUsable()) {
      become(PathState.SUSPECT, reason, now);
    } else {
      leaveSelected();
      become(PathState.DEAD, reason, now);
    }
    protocol.send(decisions.relay(reason, now), false);
    prober.restart(now);
  }

  private void release(PathReason reason, long now) {
    directLostAt = now;
    leaveSelected();
    become(isRelayUsable() ? PathState.RELAYED : PathState.DEAD, reason, now);
    protocol.send(decisions.relay(reason, now), false);
    prober.restart(now);
  }

  private void park(long now) {
    boolean wasDirect = state == PathState.DIRECT || state == PathState.SUSPECT;
    leaveSelected();
    lastSelected = null;
    prober.stop();
    become(PathState.IDLE, PathReason.PARKED, now);
    if (wasDirect) {
      protocol.send(decisions.relay(PathReason.PARKED, now), false);
    }
  }

  private void leaveSelected() {
    selected = null;
    better.stop();
  }

  private void become(PathState next, PathReason reason, long now) {
    Endpoint endpoint = selected == null ? null : selected.candidate.endpoint;
    log.add(now, state, next, reason, endpoint);
    node.outputs.add(new PathOutput.PathChanged(key, state, next, reason, endpoint));
    state = next;
    updateRoutes();
  }

  private void updateRoutes() {
    RemoteCandidate direct = state == PathState.DEAD ? lastSelected : null;
    if (selected != null) {
      direct = selected.candidate;
    }
    routes.update(state, node.relayUp, direct == null ? null : direct.endpoint);
  }

  int epoch() {
    return decisions.epoch();
  }

  int decision() {
    return decisions.decision();
  }

  // --- time

  void timeReached(long now) {
    for (byte[] due = initiation.due(now); due != null; due = initiation.due(now)) {
      node.sendRelay(key, due);
    }
    prober.timeReached(now);
    if (state != PathState.IDLE && now >= activity.until()) {
      park(now);
    }
    ProbeMessage.Path again = decisions.due(now);
    if (again != null) {
      protocol.send(again, false);
    }
    if (state == PathState.DIRECT) {
      directTime(now);
    } else if (state == PathState.SUSPECT && now >= suspectUntil) {
      release(PathReason.TRUST_EXPIRED, now);
    }
    reschedule();
  }

  private void directTime(long now) {
    Selection current = selected;
    if (current != null && current.isFlowing() && !activity.payloadFlows(now)) {
      current.rests();
    }
    if (current == null || now >= current.trustedUntil()) {
      demote(PathReason.TRUST_EXPIRED, now);
      return;
    }
    if (current.heartbeatDue(now)) {
      int flags = isController ? ProbeMessage.FLAG_NOMINATE : 0;
      prober.pingAtOnce(current.candidate, current.wantsFullSize(now), flags, now);
    }
    RemoteCandidate preferred = better.timeReached(current.candidate, isController, now);
    if (preferred != null) {
      select(preferred, PathReason.BETTER_PATH, now);
    }
  }

  private void reschedule() {
    long wake = Math.min(initiation.wakeAt(), Math.min(prober.wakeAt(), decisions.wakeAt()));
    if (state != PathState.IDLE) {
      wake = Math.min(wake, activity.until());
    }
    if (state == PathState.DIRECT && selected != null) {
      wake = Math.min(wake, Math.min(selected.wakeAt(), better.wakeAt()));
    } else if (state == PathState.SUSPECT) {
      wake = Math.min(wake, suspectUntil);
    }
    wakeAt = wake;
    node.wakeBy(wake);
  }

  long wakeAt() {
    return wakeAt;
  }

  boolean hasPayload(long now) {
    return activity.hasPayload(now);
  }

  boolean isActive() {
    return state != PathState.IDLE;
  }

  long directLostAt() {
    return directLostAt;
  }

  boolean uses(RemoteCandidate candidate) {
    return candidate == lastSelected; // which is the selected one, if there is one
  }

  PublicKey key() {
    return key;
  }

  PathState state() {
    return state;
  }

  PeerStatus status() {
    RemoteCandidate current = selected == null ? null : selected.candidate;
    return StatusView.of(key, state, current, protocol.canSeal(), prober.candidates(), log);
  }
}
