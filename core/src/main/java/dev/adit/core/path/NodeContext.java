package dev.adit.core.path;

import dev.adit.core.limit.TokenBucket;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.probe.ProbeCipher;
import dev.adit.wire.probe.ProbeCounter;
import dev.adit.wire.probe.ProbeHeader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What the machines of all peers of a node share. Confined to the thread of its [PathNode].
final class NodeContext {
  /// R-PROBE-2: pings of the whole node.
  private static final int PINGS_PER_SECOND = 500;

  final PrivateKey nodeKey;
  final PrivateKey probeKey;
  final long probeId;
  final ProbeCounter probeCounter = new ProbeCounter();
  final RandomGenerator random;
  final ProbeCipher cipher;
  final PathRules rules;
  final LocalSide local = new LocalSide();
  final Sources sources = new Sources();
  final TokenBucket pingBudget = new TokenBucket(PINGS_PER_SECOND, PINGS_PER_SECOND / 5);
  final Queue<PathOutput> outputs = new ArrayDeque<>();
  boolean relayUp;

  /// How often a path in use was found to lose large packets.
  long mtuLowered;

  /// WireGuard's endpoints are ours to move (native mode).
  boolean steersEndpoints;

  /// Data stays on the relay until WireGuard itself sends directly (helper mode).
  boolean settlesOnRelay;

  final ReadSchedule readSchedule = new ReadSchedule();

  /// No later than the earliest timer of any peer; may be earlier, which costs a look.
  long wakeAt = PathTimers.NEVER;

  private final DropCounts drops = new DropCounts();
  private final Map<Long, List<PeerPath>> peersBySenderId = new HashMap<>();
  private long stunAskedAt = PathTimers.LONG_AGO;

  NodeContext(
      PrivateKey nodeKey,
      PrivateKey probeKey,
      RandomGenerator random,
      ProbeCipher cipher,
      PathRules rules) {
    this.nodeKey = nodeKey;
    this.probeKey = probeKey;
    this.probeId = ProbeHeader.idOf(probeKey.publicKey());
    this.random = random;
    this.cipher = cipher;
    this.rules = rules;
  }

  void wakeBy(long time) {
    wakeAt = Math.min(wakeAt, time);
  }

  /// WireGuard's endpoints may move soon: look often for a while.
  void readSoon(long now) {
    readSchedule.often(now);
    wakeBy(readSchedule.wakeAt());
  }

  void dropped(DropReason reason) {
    drops.count(reason);
  }

  Map<DropReason, Long> drops() {
    return drops.all();
  }

  void sendRelay(PublicKey peer, byte[] bytes) {
    if (relayUp) {
      outputs.add(new PathOutput.SendRelay(peer, bytes));
    }
  }

  /// R-PROBE-4: true if what a CALL would say of our mapped address is fresh, or if waiting longer
  /// for that is not worth it. Asks for it otherwise.
  boolean stunReady(long now) {
    if (now < local.stunFreshUntil) {
      return true;
    }
    if (now - stunAskedAt >= PathTimers.STUN_FRESH) {
      askStun(now);
    }
    return now >= stunReadyAt();
  }

  void askStun(long now) {
    stunAskedAt = now;
    outputs.add(new PathOutput.RefreshStun());
  }

  long stunReadyAt() {
    return stunAskedAt + PathTimers.STUN_WAIT;
  }

  /// The peers that announced this sender id; several only if somebody lies, then the keys decide.
  @Nullable List<PeerPath> peersOf(long senderId) {
    return peersBySenderId.get(senderId);
  }

  void announced(long senderId, PeerPath peer) {
    List<PeerPath> peers = peersBySenderId.computeIfAbsent(senderId, id -> new ArrayList<>(1));
    if (!peers.contains(peer)) {
      peers.add(peer);
    }
  }

  void withdrawn(long senderId, PeerPath peer) {
    List<PeerPath> peers = peersBySenderId.get(senderId);
    if (peers != null && peers.remove(peer) && peers.isEmpty()) {
      peersBySenderId.remove(senderId);
    }
  }
}
