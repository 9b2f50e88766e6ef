package dev.adit.core.path;

import static dev.adit.core.path.PathTimers.ACTIVE;
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
  private @Nullable RemoteCandidate selected;
  private @Nullable RemoteCandidate lastSelected;
  private Route dataRoute = Route.RELAY;
  private Route handshakeRoute = Route.RELAY;
  private boolean gone;

  private long lastPayload = LONG_AGO;
  private long wokenUntil = LONG_AGO;
  private long directLostAt = LONG_AGO;

  // DIRECT and SUSPECT
  private long trustedUntil;
  private long suspectUntil;
  private long heartbeatAt = NEVER;
  private final BetterPath better;
  private @Nullable Endpoint observedAs;

  // What we say, and what the peer said last (RR-14).
  private int epoch;
  private int decision = ProbeMessage.DECISION_DERP;
  private ProbeMessage.@Nullable Path said;
  private long sayAgainAt = NEVER;
  private int peerEpoch;

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
    return both ? handshakeRoute : dataRoute;
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
    if (state == PathState.DIRECT && said != null) {
      sayAgainAt = now;
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
        sayHello(false, now);
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
    if (selected != null && !node.local.accepts(selected.endpoint)) {
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
          sayHello(
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
    peerEpoch = 0;
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
      sayHello(false, now);
      prober.callAfterHello(now);
    }
    if (isActive() && (!couldSeal || !keys.isConfirmed())) {
      prober.restart(now);
    }
  }

  private void sayHello(boolean pleaseAnswer, long now) {
    byte[] hello = node.relayUp ? keys.hello(pleaseAnswer, now) : null;
    if (hello != null) {
      node.sendRelay(key, hello);
    }
  }

  /// RR-19: before pings and CALL, until the peer has shown that it knows our probe key.
  void introduce(long now) {
    if (!keys.isConfirmed()) {
      sayHello(!keys.canSeal(), now);
    }
  }

  private void pingReceived(ProbeMessage.Ping ping, int totalBytes, Endpoint source, long now) {
    if (totalBytes >= ProbeSizes.SMALL && (ping.flags() & 0x02) == 0) {
      answer(ping, source);
    }
    RemoteCandidate from = prober.heardFrom(source, now);
    if (from == null || state != PathState.DIRECT) {
      return;
    }
    if (from == selected) {
      // The peer's ping extends trust only a little beyond our own last answer: it proves nothing
      // about the direction from us to the peer.
      long byPing = Math.min(now + ACTIVE.trust(), from.pongAt + ACTIVE.trustByPing());
      trustedUntil = Math.max(trustedUntil, byPing);
    } else if (!isController && (ping.flags() & ProbeMessage.FLAG_NOMINATE) != 0) {
      better.nominated(from, now);
    }
  }

  private void answer(ProbeMessage.Ping ping, Endpoint source) {
    boolean full = (ping.flags() & ProbeMessage.FLAG_FULL_SIZE) != 0;
    int padding = full ? Math.clamp(ping.padding() - 20, 0, ProbeSizes.FULL_PONG_PADDING) : 0;
    int flags = ping.flags() & ~ProbeMessage.FLAG_CARRIED;
    byte[] sealed =
        keys.seal(
            new ProbeMessage.Pong(flags, ping.tag(), ping.id(), source, epoch, decision, padding));
    if (sealed != null) {
      node.outputs.add(new PathOutput.SendDatagram(source, sealed, full));
    }
  }

  private void pongReceived(ProbeMessage.Pong pong, Endpoint source, long now) {
    prober.pongReceived(pong, source, now);
    // R-ROAM-5: our NAT gave us another mapping.
    if (selected != null && source.equals(selected.endpoint)) {
      if (observedAs != null && !observedAs.equals(pong.observed())) {
        node.askStun(now);
      }
      observedAs = pong.observed();
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
      case DIRECT -> {
        if (candidate == selected) {
          trustedUntil = now + ACTIVE.trust();
        } else if (candidate.isProven(now) && selected != null) {
          boolean preferred =
              isController
                  ? better.isPreferred(candidate, selected, now)
                  : full && better.isNominated(candidate);
          if (preferred) {
            select(candidate, PathReason.BETTER_PATH, now);
          }
        }
      }
    }
  }

  void pingLost(RemoteCandidate candidate, long now) {
    if (state == PathState.DIRECT && candidate == selected) {
      if (candidate.state == RemoteCandidate.State.SMALL) {
        demote(PathReason.TRUST_EXPIRED, now);
      } else {
        heartbeatAt = Math.min(heartbeatAt, now); // ask again without waiting for the next second
      }
    }
  }

  private void pathReceived(ProbeMessage.Path path, long now) {
    if (!node.rules.isNewer(path.epoch(), peerEpoch)) {
      return;
    }
    peerEpoch = path.epoch();
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
    selected = candidate;
    lastSelected = candidate;
    observedAs = null;
    trustedUntil = now + ACTIVE.trust();
    heartbeatAt = first ? nextHeartbeat(now) : now;
    if (first) {
      better.firstSelected(now);
      prober.stopRounds();
    } else {
      better.switched(now);
    }
    become(PathState.DIRECT, reason, now);
    epoch++;
    say(ProbeMessage.DECISION_DIRECT, reason, now);
  }

  /// Leave the selected path, which no longer answers, but send on both for a while.
  private void demote(PathReason reason, long now) {
    directLostAt = now;
    suspectUntil = now + PathTimers.SUSPECT;
    heartbeatAt = NEVER;
    if (isRelayUsable()) {
      become(PathState.SUSPECT, reason, now);
    } else {
      leaveSelected();
      become(PathState.DEAD, reason, now);
    }
    sayRelay(reason, now);
    prober.restart(now);
  }

  private void release(PathReason reason, long now) {
    directLostAt = now;
    leaveSelected();
    become(isRelayUsable() ? PathState.RELAYED : PathState.DEAD, reason, now);
    sayRelay(reason, now);
    prober.restart(now);
  }

  private void park(long now) {
    boolean wasDirect = state == PathState.DIRECT || state == PathState.SUSPECT;
    leaveSelected();
    lastSelected = null;
    prober.stop();
    become(PathState.IDLE, PathReason.PARKED, now);
    if (wasDirect) {
      sayRelay(PathReason.PARKED, now);
    }
  }

  private void leaveSelected() {
    selected = null;
    observedAs = null;
    heartbeatAt = NEVER;
    better.stop();
  }

  private void become(PathState next, PathReason reason, long now) {
    Endpoint endpoint = selected == null ? null : selected.endpoint;
    log.add(now, state, next, reason, endpoint);
    node.outputs.add(new PathOutput.PathChanged(key, state, next, reason, endpoint));
    state = next;
    updateRoutes();
  }

  private void updateRoutes() {
    RemoteCandidate direct = state == PathState.DEAD ? lastSelected : selected;
    Endpoint endpoint = direct == null ? null : direct.endpoint;
    boolean data = node.relayUp && state != PathState.DIRECT;
    dataRoute = route(data, endpoint);
    handshakeRoute = route(node.relayUp, endpoint);
  }

  private static Route route(boolean relay, @Nullable Endpoint direct) {
    if (direct == null) {
      return relay ? Route.RELAY : Route.DROP;
    }
    return new Route(relay, direct);
  }

  // --- what we tell the peer

  private void sayRelay(PathReason reason, long now) {
    if (decision != ProbeMessage.DECISION_DERP) {
      epoch++;
    }
    say(ProbeMessage.DECISION_DERP, reason, now);
  }

  private void say(int newDecision, PathReason reason, long now) {
    decision = newDecision;
    said =
        newDecision == ProbeMessage.DECISION_DIRECT && selected != null
            ? ProbeMessage.Path.direct(reason.code(), epoch, selected.endpoint)
            : ProbeMessage.Path.without(reason.code(), epoch, newDecision);
    sendSealed(said, false);
    sayAgainAt = now + PathTimers.PATH_REPEAT;
  }

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
    return epoch;
  }

  int decision() {
    return decision;
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
    if (now >= sayAgainAt && said != null) {
      sayAgainAt = NEVER;
      sendSealed(said, false);
    }
    if (state == PathState.DIRECT) {
      directTime(now);
    } else if (state == PathState.SUSPECT && now >= suspectUntil) {
      release(PathReason.TRUST_EXPIRED, now);
    }
    reschedule();
  }

  private void directTime(long now) {
    RemoteCandidate current = selected;
    if (current == null || node.rules.trustEnded(trustedUntil, now)) {
      demote(PathReason.TRUST_EXPIRED, now);
      return;
    }
    if (now >= heartbeatAt) {
      heartbeatAt = nextHeartbeat(now);
      boolean full =
          now - current.fullPongAt >= (PathTimers.FULL_SIZE_EVERY - 1) * ACTIVE.heartbeat();
      prober.ping(current, full, isController ? ProbeMessage.FLAG_NOMINATE : 0, now);
    }
    RemoteCandidate preferred = better.timeReached(current, isController, now);
    if (preferred != null) {
      select(preferred, PathReason.BETTER_PATH, now);
    }
  }

  private long nextHeartbeat(long now) {
    return now + PathTimers.jitter(ACTIVE.heartbeat(), 10, node.random);
  }

  private void reschedule() {
    long wake = Math.min(initiation.wakeAt(), Math.min(prober.wakeAt(), sayAgainAt));
    if (state != PathState.IDLE) {
      wake = Math.min(wake, activeUntil());
    }
    if (state == PathState.DIRECT) {
      wake = Math.min(wake, Math.min(Math.min(trustedUntil, heartbeatAt), better.wakeAt()));
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
    return candidate == selected || candidate == lastSelected;
  }

  PublicKey key() {
    return key;
  }

  PathState state() {
    return state;
  }

  PeerStatus status() {
    return StatusView.of(key, state, selected, keys.canSeal(), prober.candidates(), log);
  }
}
