package dev.adit.core.path;

import static dev.adit.core.path.PathTimers.LONG_AGO;
import static dev.adit.core.path.PathTimers.NEVER;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.probe.Candidate;
import dev.adit.wire.probe.Hello;
import dev.adit.wire.probe.ProbeHeader;
import dev.adit.wire.probe.ProbeMessage;
import dev.adit.wire.wireguard.WireGuardMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The path to one peer: the state table of relay-rung §1.3 in mux mode.
///
/// Data starts on the relay and moves to a direct path as soon as one has answered a full-size
/// ping; it stays there only while that path keeps answering. What answers is [PeerProber]'s
/// business, who answers is [ProbeKeyring]'s. Confined to the thread of its [PathNode].
///
/// Both ends decide for themselves when to enter and leave a direct path, and tell each other by
/// PATH. Among several proven paths the controller (lower node key, R-SEL-1) chooses; its pings on
/// the chosen path carry the nomination, and the other end follows once that path answers it too.
final class PeerPath {
  private final PublicKey key;
  private final NodeContext node;
  private final boolean isController;
  private final ProbeKeyring keys;
  private final PeerProber prober;
  private final KeptInitiation initiation = new KeptInitiation();
  private final TransitionLog log = new TransitionLog();

  private PathState state = PathState.IDLE;
  private @Nullable Selection selected; // in DIRECT and SUSPECT
  private @Nullable RemoteCandidate lastSelected;
  private final Routes routes = new Routes();
  private final Decisions decisions = new Decisions();
  private final BetterPath better;
  private boolean gone;

  private long lastPayload = LONG_AGO;
  private long wokenUntil = LONG_AGO;
  private long directLostAt = LONG_AGO;

  private long suspectUntil;
  private long wakeAt = NEVER;

  PeerPath(PublicKey key, NodeContext node) {
    this.key = key;
    this.node = node;
    this.isController = node.nodeKey.publicKey().compareTo(key) < 0;
    this.keys = new ProbeKeyring(this, node);
    this.prober = new PeerProber(this, node);
    this.better = new BetterPath(prober, node.local);
    updateRoutes();
  }

  // --- WireGuard's packets

  /// A packet came to E(p). The packet path: in a steady state it only looks at fields.
  Route wireGuardSent(WireGuardMessage kind, byte[] packet, int offset, int length, long now) {
    boolean keepAlive = WireGuardMessage.isKeepAlive(kind, length);
    if (!keepAlive || state == PathState.IDLE) {
      lastPayload = now;
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
      lastPayload = now;
    }
    initiation.answered(kind, packet, offset);
    if (onRelay && (gone || state == PathState.IDLE || state == PathState.DEAD)) {
      heardOnRelay(now);
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
    boolean newKey = probeKey != null && keys.hinted(probeKey);
    prober.presenceHeard(candidates, now);
    if (online && gone) {
      gone = false;
      if (isRelayUsable()) {
        relayIsBack(now);
      }
    }
    if (newKey && isActive()) {
      if (keys.isConfirmed()) {
        keys.sayHello(false, now);
        prober.callAfterHello(now);
      } else {
        prober.restart(now);
      }
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
    keys.removed();
    node.sources.peerRemoved(this);
  }

  // --- probe messages

  /// Probe magic on the relay, from this peer's key.
  void probeOnRelay(byte[] bytes, int offset, int form, long now) {
    if (form == ProbeHeader.FORM_HELLO) {
      helloReceived(bytes, offset, now);
    } else {
      ProbeMessage message = keys.open(bytes, offset);
      if (message == null) {
        node.dropped(keys.failure());
        if (keys.failure() != DropReason.REPLAYED && keys.failure() != DropReason.MALFORMED) {
          keys.sayHello(
              true, now); // RR-19: the peer may hold another key of ours, or a new one of its own
        }
      } else {
        gone = false;
        opened(now);
        onRelay(message, now);
      }
    }
    updateRoutes();
    reschedule();
  }

  private void onRelay(ProbeMessage message, long now) {
    switch (message) {
      case ProbeMessage.Call call -> {
        if (state == PathState.IDLE) {
          wokenUntil = now + PathTimers.WOKEN;
        }
        heardOnRelay(now);
        prober.callReceived(call, now);
      }
      case ProbeMessage.Path path -> pathReceived(path, now);
      case ProbeMessage.Ping ping -> node.dropped(DropReason.WRONG_CHANNEL);
      case ProbeMessage.Pong pong -> node.dropped(DropReason.WRONG_CHANNEL);
      case ProbeMessage.Unknown unknown -> node.dropped(DropReason.UNKNOWN_TYPE);
    }
  }

  /// A probe message on UDP whose sender id is one of this peer's.
  ///
  /// @return false if it does not open here; nothing happened then
  boolean probeOnUdp(byte[] bytes, int offset, Endpoint source, long now) {
    ProbeMessage message = keys.open(bytes, offset);
    if (message == null) {
      return false;
    }
    if (!node.local.accepts(source)) {
      node.dropped(DropReason.REFUSED_SOURCE);
      return true;
    }
    opened(now);
    node.sources.learned(source, this, now);
    switch (message) {
      case ProbeMessage.Ping ping ->
          pingReceived(ping, ProbeHeader.total(bytes, offset), source, now);
      case ProbeMessage.Pong pong -> pongReceived(pong, source, now);
      case ProbeMessage.Path path -> pathReceived(path, now);
      case ProbeMessage.Call call -> node.dropped(DropReason.WRONG_CHANNEL);
      case ProbeMessage.Unknown unknown -> node.dropped(DropReason.UNKNOWN_TYPE);
    }
    reschedule();
    return true;
  }

  DropReason refusal() {
    return keys.failure();
  }

  /// A message opened; was it the first of a restarted agent (RR-20)?
  private void opened(long now) {
    if (!keys.replacedCurrent()) {
      return;
    }
    decisions.peerRestarted();
    prober.forgetAll();
    switch (state) {
      case IDLE, DEAD -> lastSelected = null;
      case RELAYED -> prober.restart(now);
      case DIRECT, SUSPECT -> release(PathReason.PEER_RESTARTED, now);
    }
    lastSelected = null;
    updateRoutes();
  }

  private void helloReceived(byte[] bytes, int offset, long now) {
    boolean couldSeal = keys.canSeal();
    Hello hello = keys.helloReceived(bytes, offset, now);
    if (hello == null) {
      return;
    }
    gone = false;
    if (hello.pleaseAnswer()) {
      keys.sayHello(false, now);
      prober.callAfterHello(now);
    }
    if (isActive() && (!couldSeal || !keys.isConfirmed())) {
      prober.restart(now);
    }
  }

  /// RR-19: before pings and CALL, until the peer has shown that it knows our probe key.
  void introduce(long now) {
    if (!keys.isConfirmed()) {
      keys.sayHello(!keys.canSeal(), now);
    }
  }

  private void pingReceived(ProbeMessage.Ping ping, int totalBytes, Endpoint source, long now) {
    if (totalBytes >= ProbeSizes.SMALL && (ping.flags() & 0x02) == 0) {
      prober.answer(ping, source);
    }
    RemoteCandidate from = prober.heardFrom(source, now);
    Selection current = state == PathState.DIRECT ? selected : null;
    if (from == null || current == null) {
      return;
    }
    if (from == current.candidate) {
      current.pinged(now);
    } else if (!isController && (ping.flags() & ProbeMessage.FLAG_NOMINATE) != 0) {
      better.nominated(from, now);
    }
  }

  private void pongReceived(ProbeMessage.Pong pong, Endpoint source, long now) {
    prober.pongReceived(pong, source, now);
    if (selected != null
        && source.equals(selected.candidate.endpoint)
        && selected.observedAs(pong.observed())) {
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
      current.proven(now);
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
    if (candidate.state == RemoteCandidate.State.SMALL) {
      demote(PathReason.TRUST_EXPIRED, now);
      return;
    }
    current.hurry(now);
    RemoteCandidate livelier = prober.livelierThan(candidate, now);
    if (livelier != null) {
      select(livelier, PathReason.BETTER_PATH, now); // T-9: the peer's NAT was rebound
    }
  }

  private void pathReceived(ProbeMessage.Path path, long now) {
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
    selected = new Selection(candidate, first, node, now);
    lastSelected = candidate;
    if (first) {
      better.firstSelected(now);
      prober.stopRounds();
    } else {
      better.switched(now);
    }
    become(PathState.DIRECT, reason, now);
    sendSealed(decisions.direct(candidate.endpoint, reason, now), false);
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
    sendSealed(decisions.relay(reason, now), false);
    prober.restart(now);
  }

  private void release(PathReason reason, long now) {
    directLostAt = now;
    leaveSelected();
    become(isRelayUsable() ? PathState.RELAYED : PathState.DEAD, reason, now);
    sendSealed(decisions.relay(reason, now), false);
    prober.restart(now);
  }

  private void park(long now) {
    boolean wasDirect = state == PathState.DIRECT || state == PathState.SUSPECT;
    leaveSelected();
    lastSelected = null;
    prober.stop();
    become(PathState.IDLE, PathReason.PARKED, now);
    if (wasDirect) {
      sendSealed(decisions.relay(PathReason.PARKED, now), false);
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

  // --- sealing, for the prober as well

  void sendSealed(ProbeMessage message, boolean forNewest) {
    byte[] sealed = forNewest ? keys.sealForNewest(message) : keys.seal(message);
    if (sealed != null) {
      node.sendRelay(key, sealed);
    }
  }

  byte @Nullable [] seal(ProbeMessage message) {
    return keys.seal(message);
  }

  boolean canSeal() {
    return keys.canSeal();
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
    if (state != PathState.IDLE && now >= activeUntil()) {
      park(now);
    }
    ProbeMessage.Path again = decisions.due(now);
    if (again != null) {
      sendSealed(again, false);
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
      wake = Math.min(wake, activeUntil());
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

  private long activeUntil() {
    return Math.max(lastPayload + PathTimers.IDLE, wokenUntil);
  }

  boolean hasPayload(long now) {
    return now - lastPayload < PathTimers.IDLE;
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
    return StatusView.of(key, state, current, keys.canSeal(), prober.candidates(), log);
  }
}
