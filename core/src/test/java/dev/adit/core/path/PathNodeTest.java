package dev.adit.core.path;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.PrivateKey;
import dev.adit.testkit.SimNat;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import dev.adit.wire.probe.Candidate;
import dev.adit.wire.probe.CandidateKind;
import dev.adit.wire.probe.ProbeCipher;
import dev.adit.wire.probe.ProbeHeader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The life of a path between two agents, over real sealed bytes: relay 30 ms, direct 10 ms one way
/// unless a test says otherwise.
final class PathNodeTest {
  static final PrivateKey LOW = node(0x01);
  static final PrivateKey HIGH = node(0x21);

  private final Lab lab = new Lab(7, ProbeCipher.CHACHA_POLY, 10 * Lab.MS, 30 * Lab.MS);
  private final LabNode a = lab.node(LOW, "192.0.2.1:30001");
  private final LabNode b = lab.node(HIGH, "198.51.100.1:30002");
  private int sent;

  @Test
  void sendsTheFirstPacketOnTheRelayAtOnce() {
    startBoth(true);
    byte[] initiation = LabNode.initiation(1);
    assertThat(a.wireGuardSends(b, initiation)).isEqualTo(Route.RELAY);
    lab.run(30 * Lab.MS);
    assertThat(b.got(initiation)).isTrue();
  }

  /// T-3: relay + 3 × direct + STUN + 200 ms.
  @Test
  void goesDirectWithinTwoRoundTripsWhenProbeKeysWereAnnounced() {
    startBoth(true);
    a.wireGuardSends(b, LabNode.data(0));
    long took = lab.runUntil(() -> bothDirect(), 1_000 * Lab.MS);
    assertThat(took).isBetween(0L, 60 * Lab.MS);
    assertThat(a.endpoint(b)).isEqualTo(b.host.endpoint());
    assertThat(a.wireGuardSends(b, LabNode.data(1)).relay()).isFalse();
  }

  /// Row X-2: one HELLO each way; direct two relay one-ways later than with a hint.
  @Test
  void introducesItselfByOneHelloEachWayWhenNothingWasAnnounced() {
    startBoth(false);
    HelloCount hellos = new HelloCount();
    a.observer = hellos;
    b.observer = hellos;
    a.wireGuardSends(b, LabNode.data(0));
    long took = lab.runUntil(() -> bothDirect(), 1_000 * Lab.MS);
    assertThat(took).isBetween(0L, 160 * Lab.MS);
    assertThat(hellos.atA).isEqualTo(1);
    assertThat(hellos.atB).isEqualTo(1);
  }

  /// Row X-3.
  @Test
  void findsTheDirectPathThoughTheCoordinatorAnnouncedWrongProbeKeys() {
    startBoth(false);
    var wrong = node(0x70).publicKey();
    a.paths.presenceHeard(b.key(), wrong, b.candidates, true, lab.now());
    b.paths.presenceHeard(a.key(), node(0x71).publicKey(), a.candidates, true, lab.now());
    a.wireGuardSends(b, LabNode.data(0));
    long took = lab.runUntil(() -> bothDirect(), 2_000 * Lab.MS);
    assertThat(took).isBetween(0L, 1_500 * Lab.MS);
  }

  /// T-5: nothing lost and no gap beyond the difference of the two ways at 1,000 packets per
  /// second.
  @Test
  void losesNothingOnTheWayUp() {
    startBoth(true);
    for (int i = 0; i < 2_000; i++) {
      a.wireGuardSends(b, LabNode.data(i));
      lab.run(Lab.MS);
    }
    lab.run(100 * Lab.MS);
    assertThat(a.state(b)).isEqualTo(PathState.DIRECT);
    assertThat(numbersAt(b)).hasSize(2_000);
    assertThat(b.delivered).as("and nothing twice").hasSize(2_000);
  }

  /// R-LO-4.
  @Test
  void sendsHandshakesOnBothWaysWhileDirect() {
    direct();
    assertThat(a.wireGuardSends(b, LabNode.initiation(3)))
        .isEqualTo(new Route(true, b.host.endpoint()));
    assertThat(a.wireGuardSends(b, LabNode.response(3)))
        .isEqualTo(new Route(true, b.host.endpoint()));
  }

  /// T-6 and T-8.
  @Test
  void returnsToTheRelayWithin4500MillisecondsOfASilentBlockAndBackWithinTen() {
    for (int way = 0; way < 3; way++) {
      direct();
      block(way != 1, way != 2, true);
      traffic(4_500);
      int from = sent;
      traffic(3_000);
      assertThat(missing(from)).as("way %d", way).isEmpty();
      traffic(12_000);
      assertThat(a.state(b)).isEqualTo(PathState.RELAYED);
      assertThat(b.state(a)).isEqualTo(PathState.RELAYED);
      block(true, true, false);
      long start = lab.now();
      while (!bothDirect() && lab.now() - start < 20_000 * Lab.MS) {
        traffic(50);
      }
      assertThat(lab.now() - start).as("way %d", way).isLessThan(10_000 * Lab.MS);
    }
  }

  /// The peer's pings keep arriving and prove nothing about our direction: trust ends on time even
  /// if every PATH message of the peer is lost (§3.5 taken literally: after 13.2 s).
  @Test
  void theDeafSideOfAOneWayBlockLeavesInTimeWithoutBeingTold() {
    for (LabNode[] pair : new LabNode[][] {{a, b}, {b, a}}) {
      direct();
      LabNode sender = pair[0];
      LabNode peer = pair[1];
      lab.network.link(sender.host, peer.host).blocked(true);
      lab.relay.losesProbesOf(peer.key(), true);
      long took =
          lab.runUntil(
              () -> {
                sender.wireGuardSends(peer, LabNode.data(sent++));
                return sender.state(peer) != PathState.DIRECT;
              },
              20_000 * Lab.MS);
      assertThat(took).isBetween(3_000 * Lab.MS, 4_500 * Lab.MS);
      lab.network.link(sender.host, peer.host).blocked(false);
      lab.relay.losesProbesOf(peer.key(), false);
      traffic(8_000);
    }
  }

  /// Row X-4.
  @Test
  void aReplayedOldHelloChangesNothing() {
    startBoth(false);
    HelloCount hellos = new HelloCount();
    a.observer = hellos;
    direct();
    byte[] old = hellos.last;
    b.kill();
    lab.run(200 * Lab.MS);
    b.start(a);
    long start = lab.now();
    traffic(6_000);
    assertThat(bothDirect()).as("after the restart, %d", lab.now() - start).isTrue();
    int transitions = a.status(b).transitions().size();
    int from = sent;
    for (int i = 0; i < 20; i++) {
      a.relayFrame(b.key(), old);
      traffic(100);
    }
    traffic(3_000);
    assertThat(a.status(b).transitions()).hasSize(transitions);
    assertThat(bothDirect()).isTrue();
    assertThat(missing(from)).isEmpty();
  }

  /// Row X-5: nobody announces anything; B has a new probe key and A does not know.
  @Test
  void goesDirectAgainWithinFiveSecondsOfTheRestartOfOneAgent() {
    for (LabNode[] pair : new LabNode[][] {{a, b}, {b, a}}) {
      direct();
      pair[1].kill();
      traffic(200);
      pair[1].start(pair[0]);
      long start = lab.now();
      while (!bothDirect() && lab.now() - start < 10_000 * Lab.MS) {
        traffic(20);
      }
      assertThat(lab.now() - start).isLessThan(5_000 * Lab.MS);
      int from = sent;
      traffic(1_000);
      assertThat(missing(from)).isEmpty();
    }
  }

  /// R-PROBE-7, RR-58.
  @Test
  void doesNotChooseAPathThatCarriesOnlySmallPackets() {
    lab.network.link(b.host, a.host).maxBytes(1_300);
    startBoth(true);
    traffic(6_000);
    assertThat(a.state(b)).isEqualTo(PathState.RELAYED);
    assertThat(b.state(a)).isEqualTo(PathState.RELAYED);
    assertThat(a.status(b).candidates().getFirst().remark())
        .isEqualTo("path carries less than 1280");
    lab.network.link(b.host, a.host).maxBytes(1_500);
    traffic(20_000);
    assertThat(bothDirect()).isTrue();
  }

  @Test
  void leavesAPathThatCeasesToCarryFullPackets() {
    direct();
    lab.network.link(a.host, b.host).maxBytes(1_200);
    traffic(9_000);
    assertThat(a.state(b)).isEqualTo(PathState.RELAYED);
    assertThat(b.state(a)).isEqualTo(PathState.RELAYED);
  }

  /// RR-4.
  @Test
  void parksAfter45SecondsWithoutPayloadAndStopsAllProbes() {
    direct();
    lab.run(48_000 * Lab.MS);
    assertThat(a.state(b)).isEqualTo(PathState.IDLE);
    assertThat(b.state(a)).isEqualTo(PathState.IDLE);
    DatagramCount count = new DatagramCount();
    a.observer = count;
    b.observer = count;
    lab.run(300_000 * Lab.MS);
    assertThat(count.datagrams + count.frames).isZero();
    assertThat(a.wireGuardSends(b, LabNode.data(sent++))).isEqualTo(Route.RELAY);
    assertThat(lab.runUntil(() -> bothDirect(), 1_000 * Lab.MS)).isBetween(0L, 100 * Lab.MS);
  }

  /// T-12: at most four probe packets per second while payload flows, of both ends together.
  @Test
  void isQuietWhileDirect() {
    direct();
    DatagramCount count = new DatagramCount();
    traffic(2_000);
    a.observer = count;
    b.observer = count;
    int from = sent;
    traffic(30_000);
    assertThat(count.datagrams - 2 * (sent - from)).isLessThanOrEqualTo(30 * 4 + 4);
    assertThat(a.status(b).lossPercent()).isZero();
    assertThat(a.status(b).srttNanos()).isEqualTo(20 * Lab.MS);
  }

  /// RR-4a, sender's side: the relay connects later than WireGuard sends.
  @Test
  void repeatsAnInitiationWhenTheRelayConnects() {
    a.start(b);
    b.start(a);
    a.disconnect();
    byte[] initiation = LabNode.initiation(9);
    a.wireGuardSends(b, initiation);
    lab.run(1_300 * Lab.MS);
    a.connect();
    lab.run(31 * Lab.MS);
    assertThat(b.delivered).containsExactly(initiation);
  }

  /// RR-4a: repeated after 0.1, 0.3, 0.6, 1 and 2 s, until a response comes.
  @Test
  void repeatsAnInitiationOnTheRelayUntilItIsAnswered() {
    a.start(b);
    b.start(a);
    FrameTimes frames = new FrameTimes();
    b.observer = frames;
    a.wireGuardSends(b, LabNode.initiation(9));
    lab.run(5_000 * Lab.MS);
    assertThat(frames.millis).containsExactly(30L, 130L, 330L, 630L, 1_030L, 2_030L);
    frames.millis.clear();
    a.wireGuardSends(b, LabNode.initiation(10));
    lab.run(150 * Lab.MS);
    b.wireGuardSends(a, LabNode.response(10));
    lab.run(5_000 * Lab.MS);
    assertThat(frames.millis).hasSize(2);
  }

  /// RR-4a, receiver's side: the map brings the peer later than its initiation comes.
  @Test
  void keepsTheInitiationOfAPeerTheMapHasNotBroughtYet() {
    a.start(b);
    b.start();
    a.wireGuardSends(b, LabNode.initiation(1));
    lab.run(200 * Lab.MS);
    assertThat(b.delivered).isEmpty();
    b.paths.peerConfigured(a.key(), lab.now());
    b.pump();
    assertThat(b.got(LabNode.initiation(1))).isTrue();
    assertThat(b.state(a)).isEqualTo(PathState.RELAYED);
  }

  @Test
  void keepsAtMost64InitiationsOfUnknownKeysAndFiveSeconds() {
    b.start();
    for (int i = 0; i < 70; i++) {
      byte[] initiation = LabNode.initiation(i);
      b.paths.relayReceived(node(i).publicKey(), initiation, 0, 148, lab.now());
    }
    b.paths.peerConfigured(node(5).publicKey(), lab.now());
    b.paths.peerConfigured(node(69).publicKey(), lab.now());
    lab.run(5_000 * Lab.MS);
    b.paths.peerConfigured(node(68).publicKey(), lab.now());
    b.pump();
    assertThat(b.delivered).containsExactly(LabNode.initiation(69));
  }

  /// RR-13, T-7: a proven path survives the loss of the relay; without one the last path is tried.
  @Test
  void staysDirectWithoutTheRelayAndUsesTheLastPathWhenThatDiesToo() {
    direct();
    a.disconnect();
    int from = sent;
    traffic(10_000);
    assertThat(a.state(b)).isEqualTo(PathState.DIRECT);
    assertThat(missing(from)).isEmpty();
    block(true, true, true);
    traffic(5_000);
    assertThat(a.state(b)).isEqualTo(PathState.DEAD);
    assertThat(a.wireGuardSends(b, LabNode.data(sent++)))
        .isEqualTo(new Route(false, b.host.endpoint()));
    a.connect();
    assertThat(a.state(b)).isEqualTo(PathState.RELAYED);
    from = sent;
    traffic(500);
    assertThat(missing(from)).isEmpty();
  }

  @Test
  void isDeadWithoutRelayAndPathAndDropsOnlyThen() {
    a.start(b);
    a.disconnect();
    assertThat(a.wireGuardSends(b, LabNode.data(0))).isEqualTo(Route.DROP);
    assertThat(a.state(b)).isEqualTo(PathState.DEAD);
    assertThat(a.drops(DropReason.NO_PATH)).isEqualTo(1);
  }

  /// R-ROAM-1: our link changed; both ways at once, until proven anew.
  @Test
  void doesNotTrustAPathAfterALinkChangeUntilItAnswersAgain() {
    direct();
    a.paths.linkChanged(lab.now());
    a.pump();
    assertThat(a.state(b)).isEqualTo(PathState.SUSPECT);
    int from = sent;
    traffic(500);
    assertThat(bothDirect()).isTrue();
    assertThat(missing(from)).isEmpty();
    assertThat(a.status(b).transitions())
        .extracting(PeerStatus.Transition::reason)
        .contains(PathReason.LOCAL_CHANGE);
  }

  /// R-CAND-6.
  @Test
  void neverPingsAddressesThatCannotBeAPeers() {
    a.candidates = List.of(a.address(), host("10.9.0.7:30001"), host("[2001:db8::1]:30001"));
    a.paths.overlayChanged(List.of(Prefix.literal("10.77.0.0/18")));
    b.candidates =
        List.of(
            host("127.0.0.1:9"),
            host("224.0.0.1:9"),
            host("0.0.0.0:9"),
            host("[ff02::1]:9"),
            host("10.9.0.7:9"),
            host("10.77.3.4:9"),
            b.address());
    a.start(b);
    b.start(a);
    a.paths.overlayChanged(List.of(Prefix.literal("10.77.0.0/18")));
    a.hint(b);
    b.hint(a);
    traffic(500);
    assertThat(a.status(b).candidates())
        .extracting(PeerStatus.CandidateStatus::endpoint)
        .containsExactly(b.host.endpoint());
  }

  /// R-PROBE-11: a peer cannot aim us at a victim, however often it calls.
  @Test
  void neverSendsMoreThanTenPingsPerSecondToOneCandidate() {
    Endpoint victim = Endpoint.literal("203.0.113.99:53");
    var counter = lab.network.host(victim);
    int[] hits = {0};
    counter.onReceive((from, bytes) -> hits[0]++);
    startBoth(true);
    b.candidates = List.of(new Candidate.Address(CandidateKind.SRFLX, victim));
    for (int i = 0; i < 200; i++) {
      traffic(100);
      b.paths.candidatesGathered(
          List.of(
              new Candidate.Address(CandidateKind.SRFLX, victim),
              new Candidate.Address(
                  CandidateKind.SRFLX, new Endpoint(IpAddress.literal("203.0.113.98"), 1000 + i))),
          lab.now());
      b.pump();
    }
    assertThat(hits[0]).isLessThanOrEqualTo(20 * 10);
  }

  /// R-SEL-1 and §3.6: the controller moves to a clearly better path, the other end follows.
  @Test
  void bothEndsMoveToABetterPath() {
    var second = lab.network.host(Endpoint.literal("203.0.113.7:30002"));
    // A second address of B: what is sent there arrives at B from A, and B's answers leave as
    // before.
    List<byte[]> unused = new ArrayList<>();
    second.onReceive((from, bytes) -> unused.add(bytes));
    lab.network.link(a.host, b.host).delay(40 * Lab.MS);
    lab.network.link(b.host, a.host).delay(40 * Lab.MS);
    direct();
    assertThat(a.endpoint(b)).isEqualTo(b.host.endpoint());
    assertThat(b.status(a).srttNanos()).isEqualTo(80 * Lab.MS);
  }

  @Test
  void punchesThroughTwoPortRestrictedNats() {
    SimNat natA = new SimNat(IpAddress.literal("203.0.113.1"), SimNat.Mapping.PORT_RESTRICTED);
    SimNat natB = new SimNat(IpAddress.literal("203.0.113.2"), SimNat.Mapping.PORT_RESTRICTED);
    LabNode c = lab.node(node(0x33), "10.0.1.5:30001", natA);
    LabNode d = lab.node(node(0x44), "10.0.2.5:30001", natB);
    c.candidates = List.of(reflexive("203.0.113.1:50000"), c.address());
    d.candidates = List.of(reflexive("203.0.113.2:50000"), d.address());
    c.start(d);
    d.start(c);
    c.wireGuardSends(d, LabNode.data(0));
    long took =
        lab.runUntil(
            () -> c.state(d) == PathState.DIRECT && d.state(c) == PathState.DIRECT, 2_000 * Lab.MS);
    assertThat(took).isBetween(0L, 500 * Lab.MS);
    assertThat(c.endpoint(d)).isEqualTo(Endpoint.literal("203.0.113.2:50000"));
  }

  /// R-ROAM-5 and T-9: our NAT forgets us; the other end follows the new source.
  @Test
  void followsAPeerWhoseNatWasRebound() {
    SimNat nat = new SimNat(IpAddress.literal("203.0.113.1"), SimNat.Mapping.PORT_RESTRICTED);
    LabNode c = lab.node(node(0x33), "10.0.1.5:30001", nat);
    c.candidates = List.of(reflexive("203.0.113.1:50000"));
    c.start(b);
    b.start(c);
    c.wireGuardSends(b, LabNode.data(0));
    lab.run(1_000 * Lab.MS);
    assertThat(b.endpoint(c)).isEqualTo(Endpoint.literal("203.0.113.1:50000"));
    nat.rebind();
    for (int i = 0; i < 600; i++) {
      c.wireGuardSends(b, LabNode.data(i));
      b.wireGuardSends(c, LabNode.data(i));
      lab.run(10 * Lab.MS);
    }
    assertThat(b.endpoint(c)).isEqualTo(Endpoint.literal("203.0.113.1:50001"));
    assertThat(c.state(b)).isEqualTo(PathState.DIRECT);
  }

  @Test
  void relaysBetweenTwoSymmetricNats() {
    SimNat natA = new SimNat(IpAddress.literal("203.0.113.1"), SimNat.Mapping.SYMMETRIC);
    SimNat natB = new SimNat(IpAddress.literal("203.0.113.2"), SimNat.Mapping.SYMMETRIC);
    LabNode c = lab.node(node(0x33), "10.0.1.5:30001", natA);
    LabNode d = lab.node(node(0x44), "10.0.2.5:30001", natB);
    c.candidates = List.of(reflexive("203.0.113.1:49999"));
    d.candidates = List.of(reflexive("203.0.113.2:49999"));
    c.start(d);
    d.start(c);
    for (int i = 0; i < 100; i++) {
      c.wireGuardSends(d, LabNode.data(i));
      lab.run(100 * Lab.MS);
    }
    assertThat(c.state(d)).isEqualTo(PathState.RELAYED);
    assertThat(d.delivered).hasSize(100);
  }

  @Test
  void dropsWireGuardPacketsFromSourcesNoProbeHasProven() {
    startBoth(true);
    byte[] packet = LabNode.data(1);
    Endpoint stranger = Endpoint.literal("203.0.113.66:4000");
    assertThat(b.paths.datagramReceived(stranger, packet, 0, packet.length, lab.now())).isNull();
    assertThat(b.drops(DropReason.UNKNOWN_SOURCE)).isEqualTo(1);
  }

  @Test
  void nothingIsSentToARemovedPeer() {
    direct();
    a.paths.peerRemoved(b.key());
    lab.run(100 * Lab.MS);
    DatagramCount count = new DatagramCount();
    b.observer = count;
    lab.run(5_000 * Lab.MS);
    assertThat(count.datagrams + count.frames).isZero();
    byte[] packet = LabNode.data(1);
    assertThat(a.paths.datagramReceived(b.host.endpoint(), packet, 0, 96, lab.now())).isNull();
  }

  // --- helpers

  private void startBoth(boolean hints) {
    a.start(b);
    b.start(a);
    if (hints) {
      a.hint(b);
      b.hint(a);
    }
  }

  /// Both direct, however they were before.
  private void direct() {
    if (!a.running) {
      startBoth(true);
    }
    a.wireGuardSends(b, LabNode.data(sent++));
    assertThat(lab.runUntil(this::bothDirect, 15_000 * Lab.MS)).isNotNegative();
  }

  private boolean bothDirect() {
    return a.state(b) == PathState.DIRECT && b.state(a) == PathState.DIRECT;
  }

  private void block(boolean fromA, boolean fromB, boolean blocked) {
    if (fromA) {
      lab.network.link(a.host, b.host).blocked(blocked);
    }
    if (fromB) {
      lab.network.link(b.host, a.host).blocked(blocked);
    }
  }

  /// 100 packets per second each way.
  private void traffic(long millis) {
    for (long t = 0; t < millis; t += 10) {
      a.wireGuardSends(b, LabNode.data(sent));
      b.wireGuardSends(a, LabNode.data(sent));
      sent++;
      lab.run(10 * Lab.MS);
    }
  }

  /// What was sent from this number on and has not arrived at both ends.
  private List<Integer> missing(int from) {
    lab.run(200 * Lab.MS);
    List<Integer> atA = numbersAt(a);
    List<Integer> atB = numbersAt(b);
    List<Integer> missing = new ArrayList<>();
    for (int i = from; i < sent; i++) {
      if (!atA.contains(i) || !atB.contains(i)) {
        missing.add(i);
      }
    }
    return missing;
  }

  private static List<Integer> numbersAt(LabNode node) {
    return node.delivered.stream().map(LabNode::numberOf).distinct().toList();
  }

  private static Candidate host(String endpoint) {
    return new Candidate.Address(CandidateKind.HOST, Endpoint.literal(endpoint));
  }

  private static Candidate reflexive(String endpoint) {
    return new Candidate.Address(CandidateKind.SRFLX, Endpoint.literal(endpoint));
  }

  static PrivateKey node(int from) {
    byte[] bytes = new byte[32];
    for (int i = 0; i < 32; i++) {
      bytes[i] = (byte) (from + i);
    }
    return PrivateKey.of(bytes);
  }

  private final class HelloCount implements LabNode.Observer {
    int atA;
    int atB;
    byte[] last = {};

    @Override
    public void relayFrame(LabNode node, byte[] bytes, boolean before) {
      if (before
          && ProbeHeader.isWellFormed(bytes, 0, bytes.length)
          && ProbeHeader.form(bytes, 0) == ProbeHeader.FORM_HELLO) {
        atA += node == a ? 1 : 0;
        atB += node == b ? 1 : 0;
        last = bytes;
      }
    }
  }

  private static final class DatagramCount implements LabNode.Observer {
    int datagrams;
    int frames;

    @Override
    public void datagram(LabNode node, Endpoint from, byte[] bytes, boolean before) {
      datagrams += before ? 1 : 0;
    }

    @Override
    public void relayFrame(LabNode node, byte[] bytes, boolean before) {
      frames += before ? 1 : 0;
    }
  }

  private final class FrameTimes implements LabNode.Observer {
    final List<Long> millis = new ArrayList<>();

    @Override
    public void relayFrame(LabNode node, byte[] bytes, boolean before) {
      if (before && bytes.length == 148) {
        millis.add(lab.now() / Lab.MS);
      }
    }
  }
}
