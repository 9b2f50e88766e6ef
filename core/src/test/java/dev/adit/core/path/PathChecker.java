package dev.adit.core.path;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import dev.adit.wire.probe.ProbeHeader;
import dev.adit.wire.probe.ProbeMessage;
import dev.adit.wire.probe.TransactionId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Watches two agents from outside and says what must never happen. It reads the probes on the wire
/// (they are sealed by [PlainCipher]) and knows nothing of the machine but its public state.
final class PathChecker implements LabNode.Observer {
  private static final long DETECTION = 2_500 * Lab.MS;
  private static final long BROUGHT_BACK = 500 * Lab.MS;
  private static final long SLOWEST_DATAGRAM = 600 * Lab.MS;
  private static final long FULL_SIZE_PROOF = 10_000 * Lab.MS;

  private record Sent(int sender, int number, long at, Route route) {}

  private record LastPing(ProbeMessage.Ping ping, boolean full, long at) {}

  private record Listener(PathNode receiver, long senderId) {}

  private final Lab lab;
  private final LabNode[] nodes;
  private final List<Disturbance> disturbances;
  private final List<String> violations = new ArrayList<>();
  private final List<Sent> sent = new ArrayList<>();
  private final List<Map<Endpoint, Long>> pongs = List.of(new HashMap<>(), new HashMap<>());
  private final List<Map<Endpoint, Long>> fullPongs = List.of(new HashMap<>(), new HashMap<>());
  private final List<Map<Endpoint, Integer>> longest = List.of(new HashMap<>(), new HashMap<>());
  private final List<Map<Endpoint, LastPing>> pings = List.of(new HashMap<>(), new HashMap<>());
  private final List<Set<TransactionId>> answers = List.of(new HashSet<>(), new HashSet<>());
  private final Map<Listener, Integer> epochs = new HashMap<>();

  // The state before the frame that is being delivered.
  private @Nullable PathState stateBefore;
  private @Nullable Endpoint endpointBefore;
  private long refusedBefore;

  PathChecker(Lab lab, LabNode[] nodes, List<Disturbance> disturbances) {
    this.lab = lab;
    this.nodes = nodes;
    this.disturbances = disturbances;
  }

  List<String> violations() {
    return violations;
  }

  private void violated(LabNode node, String what) {
    String who = node == nodes[0] ? "A" : "B";
    violations.add(lab.now() / Lab.MS + " ms, " + who + ": " + what);
  }

  private int index(LabNode node) {
    return node == nodes[0] ? 0 : 1;
  }

  // --- no endpoint is chosen, or kept, without proof

  @Override
  public void datagram(LabNode node, Endpoint from, byte[] bytes, boolean before) {
    ProbeMessage message = before ? plaintext(bytes) : null;
    if (message instanceof ProbeMessage.Ping ping) {
      boolean full = bytes.length >= ProbeSizes.FULL;
      LastPing last = pings.get(index(node)).put(from, new LastPing(ping, full, lab.now()));
      if (last != null && ping.heard() == last.ping.tag()) {
        heardOf(node, from, last);
      }
    } else if (message instanceof ProbeMessage.Pong pong) {
      answers.get(index(node)).add(pong.id());
      pongs.get(index(node)).put(from, lab.now());
      longest.get(index(node)).merge(from, bytes.length, Math::max);
      if (bytes.length >= ProbeSizes.FULL && (pong.flags() & ProbeMessage.FLAG_FULL_SIZE) != 0) {
        fullPongs.get(index(node)).put(from, lab.now());
      }
    }
  }

  /// The peer says that it got the answer to the ping before; that is as good as an answer of its
  /// own from then, if it is true.
  private void heardOf(LabNode node, Endpoint from, LastPing last) {
    if (!answers.get(1 - index(node)).contains(last.ping.id())) {
      violated(nodes[1 - index(node)], "says it got an answer that did not arrive");
      return;
    }
    pongs.get(index(node)).merge(from, last.at, Math::max);
    if (last.full) {
      fullPongs.get(index(node)).merge(from, last.at, Math::max);
    }
  }

  @Override
  public void pathChanged(LabNode node, PathOutput.PathChanged change) {
    Endpoint endpoint = change.endpoint();
    if (change.to() == PathState.DIRECT
        && (endpoint == null || !isRecent(fullPongs, node, endpoint, FULL_SIZE_PROOF))) {
      violated(node, "chose " + endpoint + " without a full-size answer");
    }
    if (change.to() != PathState.DIRECT && node.mtu(nodes[1 - index(node)]) > TunnelMtu.LEAST) {
      violated(node, "leaves a path with large packets still allowed");
    }
  }

  @Override
  public void mtuSet(LabNode node, PublicKey peer, int mtu) {
    Endpoint endpoint = node.endpoint(nodes[1 - index(node)]);
    int proven = endpoint == null ? 0 : longest.get(index(node)).getOrDefault(endpoint, 0);
    if (mtu > TunnelMtu.LEAST && proven < TunnelMtu.payload(mtu)) {
      violated(node, "allows packets of " + mtu + " without an answer as large");
    }
  }

  void sent(int sender, int number, Route route) {
    sent.add(new Sent(sender, number, lab.now(), route));
    Endpoint direct = route.direct();
    LabNode node = nodes[sender];
    if (direct == null || route.relay() || node.state(nodes[1 - sender]) != PathState.DIRECT) {
      return;
    }
    if (node.wireGuard != null && !direct.equals(node.endpoint(nodes[1 - sender]))) {
      return; // WireGuard answers where it was asked from; whether that arrives is looked at below
    }
    if (!isRecent(fullPongs, node, direct, FULL_SIZE_PROOF)) {
      violated(node, "sends to " + direct + " without a full-size answer for 10 s");
    }
    if (!isRecent(pongs, node, direct, DETECTION)) {
      violated(node, "trusts " + direct + " without any answer for 2.5 s");
    }
  }

  private boolean isRecent(
      List<Map<Endpoint, Long>> times, LabNode node, Endpoint endpoint, long within) {
    Long at = times.get(index(node)).get(endpoint);
    return at != null && lab.now() - at <= within;
  }

  // --- decisions of the peer: each new demotion is obeyed at once, none twice

  @Override
  public void relayFrame(LabNode node, byte[] bytes, boolean before) {
    LabNode peer = nodes[1 - index(node)];
    if (before) {
      stateBefore = node.state(peer);
      endpointBefore = node.endpoint(peer);
      refusedBefore = refused(node);
    } else if (plaintext(bytes) instanceof ProbeMessage.Path path
        && refused(node) == refusedBefore) {
      heard(node, peer, path, new Listener(node.paths, ProbeHeader.senderId(bytes, 0)));
    }
  }

  private void heard(LabNode node, LabNode peer, ProbeMessage.Path path, Listener listener) {
    int last = epochs.getOrDefault(listener, 0);
    boolean isNew = path.epoch() > last;
    epochs.put(listener, Math.max(last, path.epoch()));
    PathState state = node.state(peer);
    boolean unchanged =
        state == stateBefore && java.util.Objects.equals(node.endpoint(peer), endpointBefore);
    boolean demand =
        path.decision() != ProbeMessage.DECISION_DIRECT
            && path.reason() != PathReason.PEER_TOLD.code();
    if (!isNew && !unchanged) {
      violated(node, "followed a decision it had heard before: " + path);
    }
    if (isNew && demand && (state == PathState.DIRECT || state == PathState.SUSPECT)) {
      violated(node, "stays " + state + " although the peer left: " + path);
    }
  }

  private static long refused(LabNode node) {
    return node.drops(DropReason.NOT_AUTHENTIC)
        + node.drops(DropReason.UNKNOWN_SENDER)
        + node.drops(DropReason.REPLAYED);
  }

  private static @Nullable ProbeMessage plaintext(byte[] bytes) {
    if (!ProbeHeader.isWellFormed(bytes, 0, bytes.length)
        || ProbeHeader.form(bytes, 0) != ProbeHeader.FORM_MESSAGE) {
      return null;
    }
    int end = bytes.length - ProbeHeader.TAG_BYTES;
    try {
      return ProbeMessage.decode(Arrays.copyOfRange(bytes, ProbeHeader.BYTES, end));
    } catch (MalformedException e) {
      return null;
    }
  }

  // --- both ends agree ten seconds after the last disturbance

  /// The controller has just moved to a better path, which is no disturbance; B follows.
  boolean isSwitching() {
    PeerStatus.Transition last = nodes[0].status(nodes[1]).transitions().getLast();
    return last.reason() == PathReason.BETTER_PATH && lab.now() - last.at() < 500 * Lab.MS;
  }

  void agreed() {
    PeerStatus a = nodes[0].status(nodes[1]);
    PeerStatus b = nodes[1].status(nodes[0]);
    Endpoint atA = a.endpoint();
    Endpoint atB = b.endpoint();
    if (a.state() != b.state()) {
      violated(nodes[0], "is " + a.state() + " but B is " + b.state());
    } else if (atA != null && atB != null && atA.address().isV4() != atB.address().isV4()) {
      violated(nodes[0], "uses " + atA + " but B uses " + atB);
    }
  }

  // --- what was sent arrives whenever the relay is there

  void delivered() {
    List<Set<Integer>> arrived = List.of(new HashSet<>(), new HashSet<>());
    for (int i = 0; i < 2; i++) {
      for (byte[] packet : nodes[i].delivered) {
        arrived.get(i).add(LabNode.numberOf(packet));
      }
    }
    for (Sent packet : sent) {
      if (!arrived.get(1 - packet.sender).contains(packet.number) && !isExcused(packet)) {
        violations.add(
            packet.at / Lab.MS
                + " ms: lost "
                + packet.number
                + " sent by "
                + packet.sender
                + " on "
                + packet.route);
      }
    }
  }

  private boolean isExcused(Sent packet) {
    long arrival = packet.at + (packet.route.relay() ? lab.relay.delay() : SLOWEST_DATAGRAM);
    for (Disturbance disturbance : disturbances) {
      boolean duringIt = packet.at < disturbance.until() && arrival >= disturbance.from();
      switch (disturbance.kind()) {
        case RELAY_LOST -> {
          if (duringIt) {
            return true; // the relay was not there
          }
          if (nodes[packet.sender].wireGuard != null
              && !packet.route.relay()
              && packet.at >= disturbance.until()
              && packet.at - disturbance.until() <= BROUGHT_BACK) {
            return true; // nor could the peer be told where not to send from
          }
        }
        case RESTART -> {
          boolean noticed = packet.at - disturbance.from() > DETECTION;
          if (duringIt || !noticed && arrival >= disturbance.from()) {
            return true;
          }
        }
        case LOSS -> {
          if (!packet.route.relay() && duringIt) {
            return true; // a lossy path that still answers is in use rightly
          }
        }
        case BLOCK, ONE_WAY_BLOCK -> {
          if (!packet.route.relay() && isUnnoticed(disturbance, packet)) {
            return true;
          }
        }
        case DELAY, REORDERING -> {}
      }
    }
    return false;
  }

  private static boolean isUnnoticed(Disturbance block, Sent packet) {
    Endpoint direct = packet.route.direct();
    return direct != null
        && block.blocks(packet.sender, direct.address().isV4())
        && packet.at >= block.from()
        && packet.at < block.until()
        && packet.at - block.from() <= DETECTION;
  }
}
