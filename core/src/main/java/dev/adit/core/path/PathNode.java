package dev.adit.core.path;

import static dev.adit.core.path.PathTimers.NEVER;

import dev.adit.core.limit.TokenBucket;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.Prefix;
import dev.adit.wire.probe.Candidate;
import dev.adit.wire.probe.NatAllocation;
import dev.adit.wire.probe.NatFiltering;
import dev.adit.wire.probe.NatMapping;
import dev.adit.wire.probe.ProbeCipher;
import dev.adit.wire.probe.ProbeHeader;
import dev.adit.wire.wireguard.WireGuardMessage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Chooses, for every peer of one network, how its WireGuard packets travel: in mux mode all of
/// them pass the agent, in native mode WireGuard itself sends on a direct path that has settled.
///
/// Tell it what happened, drain [#poll] until null, then sleep until [#wakeAt]. One thread at a
/// time. The order at start: [#candidatesGathered], [#relayConnected] and [#peerConfigured] may
/// come in any order; a packet for the relay that comes before the relay does is not lost (RR-4a).
///
/// The packet path is [#wireGuardSent], [#relayReceived] and [#datagramReceived]: for WireGuard's
/// packets they allocate nothing and read no key. Arrays handed in are not kept.
public final class PathNode {
  private static final int MAX_SOURCE_BUCKETS = 1024;

  private final NodeContext node;
  private final Map<PublicKey, PeerPath> peers = new HashMap<>();
  private final EarlyInitiations early = new EarlyInitiations();
  private final Map<Endpoint, TokenBucket> probeBudgets = new HashMap<>();

  /// @param nodeKey WireGuard's private key; proves who we are to peers
  /// @param probeKey a fresh one for each process, never stored
  /// @param random cryptographically secure outside of tests
  public PathNode(PrivateKey nodeKey, PrivateKey probeKey, RandomGenerator random) {
    this(nodeKey, probeKey, random, ProbeCipher.CHACHA_POLY, PathRules.SPECIFIED);
  }

  PathNode(
      PrivateKey nodeKey,
      PrivateKey probeKey,
      RandomGenerator random,
      ProbeCipher cipher,
      PathRules rules) {
    this.node = new NodeContext(nodeKey, probeKey, random, cipher, rules);
  }

  /// What presence announces to peers as a hint.
  public PublicKey probeKey() {
    return node.probeKey.publicKey();
  }

  // --- peers

  /// The peer is in the map, and in WireGuard with its loopback endpoint. Twice does no harm.
  public void peerConfigured(PublicKey key, long now) {
    if (peers.containsKey(key)) {
      return;
    }
    PeerPath peer = new PeerPath(key, node);
    peers.put(key, peer);
    byte[] initiation = early.take(key, now);
    if (initiation != null) {
      peer.wireGuardReceived(
          true, WireGuardMessage.INITIATION, initiation, 0, initiation.length, now);
      node.outputs.add(new PathOutput.DeliverToWireGuard(key, initiation));
    }
  }

  /// The map no longer has the peer: nothing is sent to it any more (R-PROBE-10).
  public void peerRemoved(PublicKey key) {
    PeerPath peer = peers.remove(key);
    if (peer != null) {
      peer.removed();
    }
  }

  /// Hints from the coordinator; ignored for keys that are no peer yet, so configure it first.
  ///
  /// @param probeKey as announced, or null
  public void presenceHeard(
      PublicKey key,
      @Nullable PublicKey probeKey,
      List<Candidate> candidates,
      boolean online,
      long now) {
    PeerPath peer = peers.get(key);
    if (peer != null) {
      peer.presenceHeard(probeKey, candidates, online, now);
    }
  }

  // --- ourselves

  /// Our candidates: interface addresses with the outside port, STUN's, configured ones; the best
  /// first, at most 24 count.
  public void candidatesGathered(List<Candidate> candidates, long now) {
    if (node.local.replaceCandidates(candidates)) {
      for (PeerPath peer : peers.values()) {
        peer.candidatesChanged(now);
      }
    }
  }

  /// The prefixes of all networks this machine is in: no path may lead through a tunnel.
  public void overlayChanged(List<Prefix> prefixes) {
    node.local.replaceOverlay(prefixes);
  }

  /// What [PathOutput.RefreshStun] asked for is done, or there is nobody to ask. Call it also when
  /// STUN answered unasked. Report changed candidates first.
  public void stunSettled(NatMapping mapping, long now) {
    node.local.mapping = mapping;
    node.local.stunFreshUntil = now + PathTimers.STUN_FRESH;
    for (PeerPath peer : peers.values()) {
      if (peer.isActive()) {
        peer.stunSettled(now);
      }
    }
  }

  /// What more is known of our own NAT, for peers to know; the tests take longer than what
  /// [#stunSettled] waits for. Peers whose packets flow are told at once.
  public void natMeasured(
      NatMapping mapping, NatFiltering filtering, NatAllocation allocation, long now) {
    if (node.local.replaceNat(mapping, filtering, allocation)) {
      for (PeerPath peer : peers.values()) {
        peer.natChanged(now);
      }
    }
  }

  /// Default route, preferred address or interface set changed, or the machine woke up (R-ROAM-1).
  public void linkChanged(long now) {
    node.askStun(now);
    for (PeerPath peer : peers.values()) {
      peer.linkChanged(now);
    }
  }

  /// True while any peer is not idle: periodic STUN is wanted.
  public boolean hasActivePeers() {
    for (PeerPath peer : peers.values()) {
      if (peer.isActive()) {
        return true;
      }
    }
    return false;
  }

  // --- our WireGuard

  /// Native mode: from now on WireGuard's endpoints are ours to move ([PathOutput.SetEndpoint]).
  /// What the outside socket sends must then come from WireGuard's own port.
  ///
  /// @param onRelay until a direct path has settled, data stays on the relay (helper mode: what
  ///   sends beside WireGuard is for probes, and slow)
  public void steerEndpoints(boolean onRelay) {
    node.steersEndpoints = true;
    node.settlesOnRelay = onRelay;
    node.wakeBy(node.readSchedule.wakeAt());
  }

  /// It was started anew, has no session with anybody, and sends to all peers by their loopback
  /// endpoints.
  public void wireGuardRestarted(long now) {
    peers.values().forEach(peer -> peer.wireGuardRestarted(now));
  }

  /// What [PathOutput.ReadWireGuard] asked for. Peers that are none of ours may be among them.
  public void wireGuardRead(List<WireGuardReading> readings, long now) {
    long begun = node.readSchedule.ended(now);
    for (WireGuardReading reading : readings) {
      PeerPath peer = peers.get(reading.peer());
      if (peer != null) {
        peer.wireGuardRead(reading, begun, now);
      }
    }
    node.wakeBy(node.readSchedule.wakeAt());
  }

  // --- the relay

  /// The connection to the home relay is up; frames sent from now on travel.
  public void relayConnected(long now) {
    node.relayUp = true;
    for (PeerPath peer : peers.values()) {
      peer.relayConnected(now);
    }
  }

  public void relayLost(long now) {
    node.relayUp = false;
    for (PeerPath peer : peers.values()) {
      peer.relayLost(now);
    }
  }

  /// DERP PeerGone: the peer is not connected to the relay.
  public void peerGoneFromRelay(PublicKey key, long now) {
    PeerPath peer = peers.get(key);
    if (peer != null) {
      peer.goneFromRelay(now);
    }
  }

  // --- packets

  /// WireGuard sent a packet to the peer's loopback endpoint. Send it where the answer says, then
  /// drain the outputs.
  public Route wireGuardSent(PublicKey key, byte[] packet, int offset, int length, long now) {
    PeerPath peer = peers.get(key);
    WireGuardMessage kind = WireGuardMessage.of(packet, offset, length);
    if (peer == null || kind == WireGuardMessage.NONE) {
      node.dropped(peer == null ? DropReason.UNKNOWN_PEER : DropReason.NOT_OURS);
      return Route.DROP;
    }
    peer.sessions.sent(kind, packet, offset);
    Route route = peer.wireGuardSent(kind, packet, offset, length, now);
    if (route == Route.DROP) {
      node.dropped(DropReason.NO_PATH);
    }
    return route;
  }

  /// A packet came on the relay.
  ///
  /// @return true if it is to be injected into WireGuard from the loopback endpoint of `from`
  public boolean relayReceived(PublicKey from, byte[] bytes, int offset, int length, long now) {
    WireGuardMessage kind = WireGuardMessage.of(bytes, offset, length);
    PeerPath peer = peers.get(from);
    if (peer == null) {
      if (kind == WireGuardMessage.INITIATION) {
        early.arrived(from, bytes, offset, length, now);
      }
      node.dropped(
          kind == WireGuardMessage.INITIATION
              ? DropReason.KEPT_FOR_LATER
              : DropReason.UNKNOWN_PEER);
      return false;
    }
    if (kind != WireGuardMessage.NONE) {
      received(peer, true, kind, bytes, offset, length, now);
      return true;
    }
    if (!ProbeHeader.hasMagic(bytes, offset, length)) {
      node.dropped(DropReason.NOT_OURS);
    } else if (!ProbeHeader.isWellFormed(bytes, offset, length)
        || ProbeHeader.form(bytes, offset) > ProbeHeader.FORM_HELLO) {
      node.dropped(DropReason.BAD_HEADER);
    } else {
      peer.protocol().receivedOnRelay(bytes, offset, ProbeHeader.form(bytes, offset), now);
      peer.probeHandled();
    }
    return false;
  }

  /// A datagram came to the outside port, and is not STUN.
  ///
  /// @return the peer from whose loopback endpoint it is to be injected into WireGuard, or null
  public @Nullable PublicKey datagramReceived(
      Endpoint from, byte[] bytes, int offset, int length, long now) {
    WireGuardMessage kind = WireGuardMessage.of(bytes, offset, length);
    if (kind != WireGuardMessage.NONE) {
      PeerPath peer = node.sources.peerOf(from, now);
      if (peer == null) {
        node.dropped(DropReason.UNKNOWN_SOURCE);
        return null;
      }
      received(peer, false, kind, bytes, offset, length, now);
      return peer.key();
    }
    DropReason refusal = probeReceived(from, bytes, offset, length, now);
    if (refusal != null) {
      node.dropped(refusal);
    }
    return null;
  }

  private void received(
      PeerPath peer,
      boolean byRelay,
      WireGuardMessage kind,
      byte[] bytes,
      int offset,
      int length,
      long now) {
    peer.sessions.received(kind, bytes, offset, now);
    peer.wireGuardReceived(byRelay, kind, bytes, offset, length, now);
  }

  /// The cheapest checks first; nothing a stranger sends is ever answered.
  private @Nullable DropReason probeReceived(
      Endpoint from, byte[] bytes, int offset, int length, long now) {
    if (!ProbeHeader.hasMagic(bytes, offset, length)) {
      return DropReason.NOT_OURS;
    }
    if (!ProbeHeader.isWellFormed(bytes, offset, length)) {
      return DropReason.BAD_HEADER;
    }
    if (ProbeHeader.form(bytes, offset) != ProbeHeader.FORM_MESSAGE) {
      return DropReason.WRONG_CHANNEL;
    }
    List<PeerPath> senders = node.peersOf(ProbeHeader.senderId(bytes, offset));
    if (senders == null) {
      return DropReason.UNKNOWN_SENDER;
    }
    if (!mayOpen(from, now)) {
      return DropReason.TOO_MANY;
    }
    if (!node.local.accepts(from)) {
      return DropReason.REFUSED_SOURCE;
    }
    DropReason refusal = DropReason.UNKNOWN_SENDER;
    for (PeerPath sender : List.copyOf(senders)) {
      refusal = sender.protocol().receivedOnUdp(bytes, offset, from, now);
      if (refusal == null) {
        sender.probeHandled();
        return null;
      }
    }
    return refusal;
  }

  /// At most 200 probes per second are opened from one source, and sources are not kept for ever.
  private boolean mayOpen(Endpoint from, long now) {
    TokenBucket bucket = probeBudgets.get(from);
    if (bucket == null) {
      if (probeBudgets.size() >= MAX_SOURCE_BUCKETS) {
        probeBudgets.values().removeIf(b -> b.isFull(now));
        if (probeBudgets.size() >= MAX_SOURCE_BUCKETS) {
          return false;
        }
      }
      bucket = new TokenBucket(200, 200);
      probeBudgets.put(from, bucket);
    }
    return bucket.take(1, now);
  }

  // --- time and outputs

  public void timeReached(long now) {
    if (now < node.wakeAt) {
      return;
    }
    node.wakeAt = NEVER;
    if (node.steersEndpoints) {
      if (node.readSchedule.begin(hasActivePeers(), now)) {
        node.outputs.add(new PathOutput.ReadWireGuard());
      }
      node.wakeBy(node.readSchedule.wakeAt());
    }
    for (PeerPath peer : peers.values()) {
      if (peer.wakeAt() <= now) {
        peer.timeReached(now);
      } else {
        node.wakeBy(peer.wakeAt());
      }
    }
  }

  /// When [#timeReached] is wanted at the latest; never earlier than needed by more than a skipped
  /// timer.
  public long wakeAt() {
    return node.wakeAt;
  }

  public @Nullable PathOutput poll() {
    return node.outputs.poll();
  }

  // --- views

  /// How a peer is reached now, or null if it is no peer.
  public @Nullable PeerStatus status(PublicKey key) {
    PeerPath peer = peers.get(key);
    return peer == null ? null : peer.status();
  }

  /// How many peers are in each state; those without any are left out.
  public Map<PathState, Integer> states() {
    Map<PathState, Integer> states = new java.util.EnumMap<>(PathState.class);
    for (PeerPath peer : peers.values()) {
      states.merge(peer.state(), 1, Integer::sum);
    }
    return states;
  }

  /// How many peers have each MTU.
  public Map<Integer, Integer> mtus() {
    Map<Integer, Integer> mtus = new HashMap<>();
    for (PeerPath peer : peers.values()) {
      mtus.merge(peer.mtu(), 1, Integer::sum);
    }
    return mtus;
  }

  /// How often since start a path in use was found to lose packets of its MTU.
  public long mtuLowered() {
    return node.mtuLowered;
  }

  /// Counters since start, of every reason.
  public Map<DropReason, Long> drops() {
    return node.drops();
  }
}
