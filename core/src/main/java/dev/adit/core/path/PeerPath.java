package dev.adit.core.path;

import static dev.adit.core.path.PathTimers.NEVER;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.probe.Candidate;
import dev.adit.wire.probe.ProbeMessage;
import dev.adit.wire.wireguard.WireGuardMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The path to one peer: the state table of relay-rung §1.3 in mux and native mode.
///
/// Data starts on the relay and moves to a direct path as soon as one has answered a full-size
/// ping; it stays there only while that path keeps answering. What answers is [PeerProber]'s
/// business, what is said [PeerProtocol]'s, the path in use [SelectedPath]'s, and where WireGuard
/// itself sends [EndpointSteering]'s. Confined to the thread of its [PathNode].
///
/// Both ends decide for themselves when to enter and leave a direct path, and tell each other by
/// PATH.
final class PeerPath {
  final SessionWatch sessions;
  private final PublicKey key;
  private final NodeContext node;
  private final PeerProber prober;
  private final PeerProtocol protocol;
  private final KeptInitiation initiation = new KeptInitiation();
  private final TransitionLog log = new TransitionLog();

  private PathState state = PathState.IDLE;
  private final SelectedPath direct; // selected in DIRECT and SUSPECT
  private final EndpointSteering steering;
  private final PeerRoutes routes = new PeerRoutes();
  private final Decisions decisions = new Decisions();
  private final Activity activity = new Activity();
  private boolean gone;

  private long suspectUntil;
  private long wakeAt = NEVER;

  PeerPath(PublicKey key, NodeContext node) {
    this.key = key;
    this.node = node;
    this.sessions = new SessionWatch(() -> node.outputs.add(new PathOutput.RenewSession(key)));
    boolean isControlling = node.nodeKey.publicKey().compareTo(key) < 0;
    this.prober = new PeerProber(this, node, decisions, activity);
    this.protocol = new PeerProtocol(this, node, new ProbeKeyring(key, this, node), prober);
    this.steering = new EndpointSteering(key, node, isControlling);
    this.direct = new SelectedPath(key, node, prober, isControlling, steering);
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
    if (onRelay && steering.relayed(now)) {
      reschedule();
    }
    if (onRelay && (gone || state == PathState.IDLE || state == PathState.DEAD)) {
      heardOnRelay(now);
      reschedule();
    }
  }

  private void payload(long now) {
    activity.payload(now);
    if (direct.payload(now)) {
      reschedule();
    }
  }

  // --- WireGuard itself

  /// It was made anew, has no session with anybody, and sends to E(p).
  void wireGuardRestarted(long now) {
    steering.wireGuardRestarted(now);
    sessions.restarted(node.steersEndpoints && isActive(), now);
    reschedule();
  }

  /// @param begun when the reading was asked for
  void wireGuardRead(WireGuardReading reading, long begun, long now) {
    sessions.read(reading);
    if (steering.carriedPayload(reading)) {
      payload(now);
    }
    Endpoint at = reading.endpoint();
    if (at != null && steering.hasHeardAt(reading)) {
      prober.dataPasses(at);
    }
    boolean isProven = at != null && prober.isProven(at, now);
    Endpoint found = steering.read(reading, isProven, begun, now);
    tellIfUnwanted(now);
    if (steering.judge(state, protocol.isOnRelay(now) && decisions.isPeerRelayed(), now)) {
      protocol.send(decisions.askForRelay(), false);
    }
    if (found != null) {
      if (state == PathState.IDLE) {
        activity.woken(now);
        start(PathReason.STARTED, now);
      }
      prober.wireGuardIsAt(found, now);
    }
    RemoteCandidate current = direct.candidate();
    if (current != null && steering.isDataLost(now)) {
      current.dataLostUntil = now + PathTimers.DATA_LOST_FOR;
      demote(PathReason.DATA_LOST, now);
    }
    reschedule();
  }

  /// R-DP-6: the peer's packets move WireGuard to an address where ours may not arrive.
  private void tellIfUnwanted(long now) {
    if (state != PathState.DIRECT && steering.mustTell(now)) {
      protocol.send(decisions.complaint(now), false);
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
  }

  void relayConnected(long now) {
    gone = false;
    relayIsBack(now);
    if (state == PathState.DIRECT) {
      decisions.sayAgain(now);
    }
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

  void goneFromRelay(long now) {
    gone = true;
    relayLost(now);
  }

  void relayLost(long now) {
    if (state == PathState.RELAYED || state == PathState.SUSPECT) {
      direct.leave(now);
      become(PathState.DEAD, PathReason.RELAY_LOST, now);
    }
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
    reschedule();
  }

  void candidatesChanged(long now) {
    prober.localChanged(false);
    RemoteCandidate current = direct.candidate();
    if (current != null && !node.local.accepts(current.endpoint)) {
      demote(PathReason.LOCAL_CHANGE, now);
    }
    natChanged(now);
  }

  void natChanged(long now) {
    if (isActive() && activity.hasPayload(now)) {
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
    direct.forget();
  }

  /// The peer pinged us from this address.
  void pinged(RemoteCandidate from, ProbeMessage.Ping ping, long now) {
    if (state == PathState.DIRECT) {
      direct.pinged(from, ping, now);
      steering.timeReached(now);
    }
  }

  /// R-ROAM-5: the peer tells as whom it sees us at `source`.
  void observed(Endpoint source, Endpoint as, long now) {
    direct.observed(source, as, now);
  }

  /// One of our pings was answered.
  void answered(RemoteCandidate candidate, boolean full, long now) {
    switch (state) {
      case IDLE -> {}
      case RELAYED, SUSPECT, DEAD -> {
        if (full && candidate.isProven(now) && !decisions.isHeld(now)) {
          select(candidate, PathReason.UPGRADE, now);
        }
      }
      case DIRECT -> {
        if (direct.isTooSmall()) {
          demote(PathReason.TRUST_EXPIRED, now);
        } else {
          switchTo(direct.answered(candidate, full, now), now);
          steering.timeReached(now);
        }
      }
    }
  }

  private void switchTo(@Nullable RemoteCandidate candidate, long now) {
    if (candidate != null) {
      select(candidate, PathReason.BETTER_PATH, now);
    }
  }

  /// A small ping was answered: is a full-size answer wanted as well?
  boolean wantsFullSize(RemoteCandidate candidate, long now) {
    return state != PathState.DIRECT || !candidate.isProven(now);
  }

  void pingLost(RemoteCandidate candidate, long now) {
    if (state == PathState.DIRECT) {
      switchTo(direct.pingLost(candidate, now), now);
    }
  }

  /// PATH, by whatever channel.
  void decisionHeard(ProbeMessage.Path path, long now) {
    if (!decisions.heard(path, node.rules, now)) {
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
    } else if (state == PathState.SUSPECT) {
      // The relay carries; what we still send directly would only move the peer's WireGuard to
      // where it perhaps cannot reach us.
      direct.leave(now);
      become(PathState.RELAYED, PathReason.PEER_TOLD, now);
    } else if (state == PathState.DIRECT && node.rules.obeysRelayDecision(path)) {
      release(PathReason.PEER_TOLD, now);
    } else if (node.rules.obeysRelayDecision(path)) {
      protocol.send(decisions.confirmRelay(), false); // then it need not send on both ways
    }
  }

  // --- transitions; the actions of relay-rung §1.3

  private void start(PathReason reason, long now) {
    become(isRelayUsable() ? PathState.RELAYED : PathState.DEAD, reason, now);
    prober.restart(now);
  }

  private void select(RemoteCandidate candidate, PathReason reason, long now) {
    boolean first = state != PathState.DIRECT;
    direct.select(candidate, first, activity.payloadFlows(now), now);
    become(PathState.DIRECT, reason, now);
    protocol.send(decisions.direct(candidate.endpoint, reason, now), false);
  }

  /// Leave the selected path, which no longer answers, but send on both for a while.
  private void demote(PathReason reason, long now) {
    direct.suspect(now);
    suspectUntil = now + PathTimers.SUSPECT;
    if (isRelayUsable()) {
      become(PathState.SUSPECT, reason, now);
    } else {
      direct.leave(now);
      become(PathState.DEAD, reason, now);
    }
    protocol.send(decisions.relay(reason, now), false);
    prober.restart(now);
  }

  private void release(PathReason reason, long now) {
    direct.lost(now);
    direct.leave(now);
    become(isRelayUsable() ? PathState.RELAYED : PathState.DEAD, reason, now);
    protocol.send(decisions.relay(reason, now), false);
    prober.restart(now);
  }

  private void park(long now) {
    boolean wasDirect = state == PathState.DIRECT || state == PathState.SUSPECT;
    direct.leave(now);
    direct.forget();
    prober.stop();
    become(PathState.IDLE, PathReason.PARKED, now);
    if (wasDirect) {
      protocol.send(decisions.relay(PathReason.PARKED, now), false);
    }
  }

  private void become(PathState next, PathReason reason, long now) {
    RemoteCandidate current = direct.candidate();
    Endpoint endpoint = current == null ? null : current.endpoint;
    log.add(now, state, next, reason, endpoint);
    node.outputs.add(new PathOutput.PathChanged(key, state, next, reason, endpoint));
    state = next;
    if (node.steersEndpoints) {
      node.readSoon(now);
    }
  }

  private void updateRoutes() {
    RemoteCandidate used = state == PathState.DEAD ? direct.last() : direct.candidate();
    Endpoint at = used == null ? null : used.endpoint;
    routes.update(state, node.relayUp, steering.keepsDataOnRelay(), at);
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
    steering.timeReached(now);
    sessions.timeReached(now);
    tellIfUnwanted(now);
    reschedule();
  }

  private void directTime(long now) {
    if (direct.isTrusted(activity.payloadFlows(now), now)) {
      switchTo(direct.timeReached(now), now);
    } else {
      demote(PathReason.TRUST_EXPIRED, now);
    }
  }

  private void reschedule() {
    updateRoutes(); // WireGuard may have begun or ceased to send by itself
    long wake = Math.min(initiation.wakeAt(), Math.min(prober.wakeAt(), decisions.wakeAt()));
    wake = Math.min(wake, Math.min(steering.wakeAt(), sessions.wakeAt()));
    if (state != PathState.IDLE) {
      wake = Math.min(wake, activity.until());
    }
    if (state == PathState.DIRECT) {
      wake = Math.min(wake, direct.wakeAt());
    } else if (state == PathState.SUSPECT) {
      wake = Math.min(wake, suspectUntil);
    }
    wakeAt = wake;
    node.wakeBy(wake);
  }

  long wakeAt() {
    return wakeAt;
  }

  boolean isActive() {
    return state != PathState.IDLE;
  }

  long directLostAt() {
    return direct.lostAt();
  }

  boolean uses(RemoteCandidate candidate) {
    return candidate == direct.last(); // which is the selected one, if there is one
  }

  PublicKey key() {
    return key;
  }

  PathState state() {
    return state;
  }

  int mtu() {
    return direct.mtu().mtu();
  }

  PeerStatus status() {
    return StatusView.of(key, state, steering.isNative(), direct, prober, protocol.canSeal(), log);
  }
}
