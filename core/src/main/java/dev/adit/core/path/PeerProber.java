package dev.adit.core.path;

import static dev.adit.core.path.PathTimers.NEVER;

import dev.adit.core.limit.TokenBucket;
import dev.adit.wire.Endpoint;
import dev.adit.wire.probe.Candidate;
import dev.adit.wire.probe.CandidateKind;
import dev.adit.wire.probe.ProbeMessage;
import dev.adit.wire.probe.TransactionId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// Finds out which addresses of one peer work: keeps its candidates, pings them, says CALL.
///
/// A round pings all candidates 5 ms apart, the best first, then says CALL on the relay. A
/// candidate that answers a small ping gets one of full size at once. What an answer means for the
/// path is decided by [PeerPath].
final class PeerProber {
  private static final int MAX_CANDIDATES = 64;
  private static final int PINGS_PER_SECOND = 50;
  private static final Comparator<RemoteCandidate> BEST_FIRST =
      Comparator.comparing((RemoteCandidate c) -> !c.everFull).thenComparing(c -> c.kind);

  private final PeerPath path;
  private final NodeContext node;
  private final Decisions decisions;
  private final Activity activity;
  private final Map<Endpoint, RemoteCandidate> candidates = new LinkedHashMap<>();
  private final OutstandingPings outstanding = new OutstandingPings();
  private final TokenBucket budget = new TokenBucket(PINGS_PER_SECOND, PINGS_PER_SECOND);
  private final RoundSchedule rounds;

  // The round under way.
  private final Queue<RemoteCandidate> queue = new ArrayDeque<>();
  private long queueAt = NEVER;

  // The CALL that waits for its pings, for STUN, or for the gap after the last one.
  private boolean callWanted;
  private boolean callAsks;
  private boolean callForNewest;
  private long callSentAt = PathTimers.LONG_AGO;

  private int tag = 1; // of the next ping, never 0

  private PeerStatus.PeerNat nat = PeerStatus.PeerNat.UNKNOWN;

  PeerProber(PeerPath path, NodeContext node, Decisions decisions, Activity activity) {
    this.path = path;
    this.node = node;
    this.decisions = decisions;
    this.activity = activity;
    this.rounds = new RoundSchedule(node.random);
  }

  // --- what is known of the peer's addresses

  void presenceHeard(List<Candidate> named, long now) {
    for (RemoteCandidate candidate : candidates.values()) {
      candidate.inPresence = false;
    }
    boolean anythingNew = false;
    for (Candidate candidate : named) {
      RemoteCandidate known = named(candidate);
      if (known != null) {
        anythingNew |= isUntried(known);
        known.inPresence = true;
      }
    }
    forgetUnnamed(now);
    if (anythingNew && path.isActive()) {
      restart(now);
    }
  }

  /// The peer says: I have just pinged all of yours, please ping mine.
  void callReceived(ProbeMessage.Call call, long now) {
    nat = new PeerStatus.PeerNat(call.mapping(), call.filtering());
    for (RemoteCandidate candidate : candidates.values()) {
      candidate.inCall = false;
      candidate.resetBackOff();
    }
    boolean anythingNew = false;
    int taken = 0;
    for (Candidate candidate : call.candidates()) {
      RemoteCandidate known = taken < LocalSide.MAX_CANDIDATES ? named(candidate) : null;
      if (known != null) {
        taken++;
        anythingNew |= isUntried(known);
        known.inCall = true;
      }
    }
    forgetUnnamed(now);
    if (anythingNew && path.isActive()) {
      rounds.restart(now);
    } else {
      enqueue(candidates.values(), now);
    }
    if ((call.flags() & ProbeMessage.FLAG_PLEASE_ANSWER) != 0) {
      callWanted = true;
    }
    timeReached(now);
  }

  private static boolean isUntried(RemoteCandidate candidate) {
    return candidate.state == RemoteCandidate.State.NEW
        && !candidate.inCall
        && !candidate.inPresence;
  }

  private @Nullable RemoteCandidate named(Candidate candidate) {
    if (!(candidate instanceof Candidate.Address(CandidateKind kind, Endpoint endpoint))
        || !node.local.accepts(endpoint)) {
      return null;
    }
    RemoteCandidate known = candidates.get(endpoint);
    if (known == null) {
      return add(endpoint, kind);
    }
    if (known.kind == CandidateKind.PRFLX) {
      known.kind = kind;
    }
    return known;
  }

  private @Nullable RemoteCandidate add(Endpoint endpoint, CandidateKind kind) {
    if (candidates.size() >= MAX_CANDIDATES) {
      return null;
    }
    RemoteCandidate added = new RemoteCandidate(endpoint, kind);
    candidates.put(endpoint, added);
    return added;
  }

  private void forgetUnnamed(long now) {
    Iterator<RemoteCandidate> all = candidates.values().iterator();
    while (all.hasNext()) {
      RemoteCandidate candidate = all.next();
      if (!candidate.isNamed(now) && !path.uses(candidate)) {
        all.remove();
      }
    }
  }

  /// The peer's agent is another: nothing proven holds. Presence may stay, it is only a hint.
  void forgetAll() {
    List<RemoteCandidate> hints = new ArrayList<>();
    for (RemoteCandidate candidate : candidates.values()) {
      if (candidate.inPresence) {
        RemoteCandidate fresh = new RemoteCandidate(candidate.endpoint, candidate.kind);
        fresh.inPresence = true;
        hints.add(fresh);
      }
    }
    candidates.clear();
    outstanding.clear();
    queue.clear();
    for (RemoteCandidate hint : hints) {
      candidates.put(hint.endpoint, hint);
    }
  }

  /// Our own addresses changed: drops what may no longer be used, and trusts nothing else.
  void localChanged(boolean stale) {
    candidates.values().removeIf(c -> !node.local.accepts(c.endpoint) && !path.uses(c));
    if (stale) {
      candidates.values().forEach(RemoteCandidate::becameStale);
    }
  }

  /// What the peer says of its own.
  PeerStatus.PeerNat nat() {
    return nat;
  }

  Collection<RemoteCandidate> candidates() {
    return candidates.values();
  }

  // --- rounds

  void restart(long now) {
    rounds.restart(now);
    timeReached(now);
  }

  void stop() {
    rounds.stop();
    queue.clear();
    callWanted = false;
  }

  /// While direct there are no rounds, but what was begun is finished.
  void stopRounds() {
    rounds.stop();
  }

  /// Tells the peer our candidates as they are now.
  void callSoon(boolean pleaseAnswer, long now) {
    callWanted = true;
    callAsks |= pleaseAnswer;
    timeReached(now);
  }

  /// After a HELLO that was asked for: under the key the peer has now, whatever we used before.
  void callAfterHello(long now) {
    callForNewest = true;
    callSoon(false, now);
  }

  void pingAll(long now) {
    enqueue(candidates.values(), now);
    timeReached(now);
  }

  private void enqueue(Collection<RemoteCandidate> wanted, long now) {
    List<RemoteCandidate> order = new ArrayList<>(wanted);
    order.sort(BEST_FIRST);
    queue.clear();
    for (RemoteCandidate candidate : order) {
      if (now >= candidate.nextTry || candidate.everFull) {
        queue.add(candidate);
      }
    }
    queueAt = now;
  }

  private void beginRound(long now) {
    path.protocol().introduce(now);
    boolean hopeless = node.local.mapping.isHard() && nat.mapping().isHard();
    rounds.begun(now, path.directLostAt(), hopeless);
    forgetUnnamed(now);
    if (path.protocol().canSeal()) {
      enqueue(candidates.values(), now);
      if (activity.hasPayload(now)) {
        callWanted = true;
        callAsks = true;
      }
    }
  }

  void timeReached(long now) {
    for (var lost = outstanding.nextLost(now); lost != null; lost = outstanding.nextLost(now)) {
      lost.to.lost(lost.mtu == TunnelMtu.LEAST, now);
      path.pingLost(lost.to, now);
    }
    if (now >= rounds.next()) {
      beginRound(now);
    }
    while (!queue.isEmpty() && now >= queueAt) {
      if (ping(queue.remove(), false, 0, now)) {
        queueAt = now + PathTimers.PING_SPACING;
      }
    }
    if (callWanted && queue.isEmpty() && now >= callReadyAt() && node.stunReady(now)) {
      sayCall(now);
    }
  }

  private long callReadyAt() {
    return callSentAt + PathTimers.CALL_GAP;
  }

  private void sayCall(long now) {
    ProbeMessage.Call call = node.local.call(callAsks);
    path.protocol().send(call, callForNewest);
    callWanted = false;
    callAsks = false;
    callForNewest = false;
    callSentAt = now;
  }

  long wakeAt() {
    long wake = Math.min(rounds.next(), outstanding.wakeAt());
    if (!queue.isEmpty()) {
      wake = Math.min(wake, queueAt);
    } else if (callWanted) {
      wake = Math.min(wake, Math.max(callReadyAt(), node.stunReadyAt()));
    }
    return wake;
  }

  // --- pings and answers

  /// Pings unless this candidate was pinged less than 200 ms ago, or the budgets are used up.
  boolean ping(RemoteCandidate to, boolean full, int flags, long now) {
    return now - to.pingedAt >= PathTimers.PING_GAP && pingAtOnce(to, full, flags, now);
  }

  /// Pings whatever the gap: a heartbeat, a triggered check, or the full-size one after a small
  /// one.
  boolean pingAtOnce(RemoteCandidate to, boolean full, int flags, long now) {
    return ping(to, full ? TunnelMtu.LEAST : 0, flags, null, true, now);
  }

  /// Pings as long as WireGuard's packets are at this MTU, for `measuring` to hear of.
  boolean pingOfMtu(int mtu, PathMtu measuring, RemoteCandidate to, long now) {
    return ping(to, mtu, 0, measuring, false, now);
  }

  /// As above, in the place of a heartbeat.
  boolean heartbeatOfMtu(int mtu, PathMtu measuring, RemoteCandidate to, int flags, long now) {
    return ping(to, mtu, flags, measuring, true, now);
  }

  private boolean ping(
      RemoteCandidate to,
      int mtu,
      int flags,
      @Nullable PathMtu measuring,
      boolean counts,
      long now) {
    if (!path.protocol().canSeal() || !budget.take(1, now) || !node.pingBudget.take(1, now)) {
      return false;
    }
    TransactionId id = TransactionId.random(node.random);
    boolean full = mtu >= TunnelMtu.LEAST;
    int padding = full ? ProbeSizes.pingPadding(mtu) : ProbeSizes.SMALL_PING_PADDING;
    int allFlags = flags | (full ? ProbeMessage.FLAG_FULL_SIZE : 0);
    byte[] sealed =
        path.protocol()
            .seal(
                new ProbeMessage.Ping(
                    allFlags,
                    tag,
                    id,
                    decisions.epoch(),
                    decisions.decision(),
                    to.heard(),
                    padding));
    if (sealed == null) {
      return false;
    }
    tag = tag % 0xffff + 1;
    to.pingedAt = now;
    if (to.state == RemoteCandidate.State.NEW) {
      to.state = RemoteCandidate.State.PROBING;
    }
    outstanding.add(new OutstandingPings.Ping(id, to, now, mtu, measuring, counts));
    node.outputs.add(new PathOutput.SendProbe(to.endpoint, sealed, full));
    return true;
  }

  /// The peer pinged from here; R-PROBE-1: an unproven source is pinged back at once.
  ///
  /// @return null if there is no room for it
  @Nullable RemoteCandidate heardFrom(Endpoint source, long now) {
    RemoteCandidate candidate = candidates.get(source);
    if (candidate == null) {
      candidate = add(source, CandidateKind.PRFLX);
      if (candidate == null) {
        return null;
      }
    }
    candidate.heardAt = now;
    if (!candidate.isProven(now) && now - candidate.triggeredAt >= PathTimers.PING_GAP) {
      candidate.triggeredAt = now;
      pingAtOnce(candidate, true, 0, now);
    }
    return candidate;
  }

  /// WireGuard hears the peer from here, whatever we know of it.
  void wireGuardIsAt(Endpoint source, long now) {
    RemoteCandidate candidate = heardFrom(source, now);
    if (candidate != null) {
      ping(candidate, true, 0, now);
    }
  }

  /// WireGuard has received from there: whatever was said of its data before.
  void dataPasses(Endpoint endpoint) {
    RemoteCandidate candidate = candidates.get(endpoint);
    if (candidate != null) {
      candidate.dataLostUntil = PathTimers.LONG_AGO;
    }
  }

  boolean isProven(Endpoint endpoint, long now) {
    RemoteCandidate candidate = candidates.get(endpoint);
    return candidate != null && candidate.isProven(now);
  }

  /// Answers a PING, no longer than it was, to where it came from.
  ///
  /// @return false if it was not answered
  boolean answer(ProbeMessage.Ping ping, Endpoint source) {
    boolean full = (ping.flags() & ProbeMessage.FLAG_FULL_SIZE) != 0;
    int longer = ProbeMessage.Pong.BYTES - ProbeMessage.Ping.BYTES;
    int padding = full ? Math.clamp(ping.padding() - longer, 0, ProbeSizes.MOST_PONG_PADDING) : 0;
    int flags = ping.flags() & ~ProbeMessage.FLAG_CARRIED;
    byte[] sealed =
        path.protocol()
            .seal(
                new ProbeMessage.Pong(
                    flags,
                    ping.tag(),
                    ping.id(),
                    source,
                    decisions.epoch(),
                    decisions.decision(),
                    padding));
    if (sealed == null) {
      return false;
    }
    node.outputs.add(new PathOutput.SendProbe(source, sealed, full));
    return true;
  }

  /// The source of the peer's last ping, or null.
  @Nullable RemoteCandidate lastHeard() {
    RemoteCandidate last = null;
    for (RemoteCandidate candidate : candidates.values()) {
      if (candidate.heardAt > PathTimers.LONG_AGO
          && (last == null || candidate.heardAt > last.heardAt)) {
        last = candidate;
      }
    }
    return last;
  }

  /// A proven candidate that has answered since `silent` last did, the latest of them; or null.
  @Nullable RemoteCandidate livelierThan(RemoteCandidate silent, long now) {
    RemoteCandidate latest = silent;
    for (RemoteCandidate candidate : candidates.values()) {
      if (candidate.isProven(now) && candidate.fullPongAt > latest.pongAt) {
        latest = candidate;
      }
    }
    return latest == silent ? null : latest;
  }

  /// Tells [PeerPath] what an answer to one of our pings proves.
  void pongReceived(ProbeMessage.Pong pong, Endpoint source, long now) {
    OutstandingPings.Ping ping = outstanding.take(pong.id());
    if (ping == null) {
      node.dropped(DropReason.LATE_PONG);
      return;
    }
    RemoteCandidate target = ping.to;
    if (!source.equals(target.endpoint)) {
      heardFrom(source, now); // R-PROBE-8: the target is proven, its other face becomes known
    }
    if (target.saysAnew(pong.observed(), now)) {
      node.outputs.add(new PathOutput.SeenAs(target.endpoint, pong.observed()));
    }
    boolean full = node.rules.provesFullSize(ping.isFullSize(), pong);
    target.answered(ping.sentAt, pong, full, now);
    if (ping.measuring != null && node.rules.provesMtu(ping.mtu, pong)) {
      ping.measuring.answered(target, ping.mtu, now);
    }
    if (!full && path.wantsFullSize(target, now)) {
      pingAtOnce(target, true, 0, now);
    }
    path.answered(target, full, now);
  }
}
