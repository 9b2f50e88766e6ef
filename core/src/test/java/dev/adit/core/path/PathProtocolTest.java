package dev.adit.core.path;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.PrivateKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import dev.adit.wire.probe.Candidate;
import dev.adit.wire.probe.CandidateKind;
import dev.adit.wire.probe.NatAllocation;
import dev.adit.wire.probe.NatFiltering;
import dev.adit.wire.probe.NatMapping;
import dev.adit.wire.probe.ProbeHeader;
import dev.adit.wire.probe.ProbeMessage;
import dev.adit.wire.probe.TransactionId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What two agents say to each other, and what a stranger, a lying coordinator or a replaying relay
/// can do about it.
final class PathProtocolTest extends PairOfNodes {
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

  @Test
  void tellsWhatNatItIsBehindAsSoonAsThatIsMeasured() {
    startBoth(true);
    block(true, true, true);
    traffic(3_000);
    a.paths.natMeasured(NatMapping.APDM, NatFiltering.APDF, NatAllocation.RANDOM, lab.now());
    traffic(500);
    assertThat(b.status(a).nat())
        .isEqualTo(new PeerStatus.PeerNat(NatMapping.APDM, NatFiltering.APDF));
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

  /// The same with a message recorded under the old key, which would open: a key that was replaced
  /// stays dead.
  @Test
  void aRecordedHelloWithARecordedMessageChangesNothing() {
    HandPeer before = hand(node(0x50));
    byte[] oldHello = before.hello();
    byte[] oldDecision = before.sealed(ProbeMessage.Path.without(3, 7, 1));
    before.relay(oldHello);
    before.say(ProbeMessage.Path.without(1, 1, 1));
    HandPeer after = hand(node(0x51));
    after.relay(after.hello());
    after.say(ProbeMessage.Path.without(1, 1, 1));
    a.wireGuardSends(b, LabNode.data(0));
    after.ping(ping(20));
    lab.run(500 * Lab.MS);
    assertThat(a.state(b)).isEqualTo(PathState.DIRECT);
    int transitions = a.status(b).transitions().size();
    after.relay(oldHello);
    after.relay(oldDecision);
    lab.run(1_000 * Lab.MS);
    assertThat(a.status(b).transitions()).hasSize(transitions);
    assertThat(a.drops(DropReason.UNKNOWN_SENDER)).isEqualTo(1);
  }

  /// Row X-6, RR-14: decisions 0, 3, 4 and 255 mean 1.
  @Test
  void takesEveryDecisionButDirectForRelay() {
    HandPeer peer = hand(node(0x50));
    peer.relay(peer.hello());
    int epoch = 0;
    for (int decision : new int[] {1, 0, 3, 4, 255}) {
      a.wireGuardSends(b, LabNode.data(0));
      peer.ping(ping(20));
      lab.run(500 * Lab.MS);
      assertThat(a.state(b)).isEqualTo(PathState.DIRECT);
      peer.say(ProbeMessage.Path.without(3, ++epoch, decision));
      assertThat(a.state(b)).as("decision %d", decision).isEqualTo(PathState.RELAYED);
    }
  }

  /// Row X-6: extra bytes in a PING are no error, and its PONG is not longer than it.
  @Test
  void answersAPingWithExtraBytesAndNeverWithMoreThanItGot() {
    HandPeer peer = hand(node(0x50));
    peer.relay(peer.hello());
    peer.ping(ping(120));
    peer.ping(ping(20));
    peer.ping(ping(19));
    peer.ping(
        new ProbeMessage.Ping(ProbeMessage.FLAG_OPENER, 0, new TransactionId(4, 4), 0, 1, 0, 20));
    lab.run(50 * Lab.MS);
    assertThat(peer.sizes).containsExactly(84, 84);
    assertThat(peer.pongs.getFirst().observed()).isEqualTo(b.host.endpoint());
  }

  /// Row X-6: a RELAY candidate is no address to ping.
  @Test
  void skipsCandidatesThatAreNoAddresses() {
    HandPeer peer = hand(node(0x50));
    peer.relay(peer.hello());
    peer.say(
        new ProbeMessage.Call(
            0,
            1,
            NatMapping.EIM,
            NatFiltering.UNKNOWN,
            NatAllocation.UNKNOWN,
            1,
            List.of(new Candidate.Relay(1, 2), b.address())));
    lab.run(500 * Lab.MS);
    assertThat(a.status(b).candidates())
        .extracting(PeerStatus.CandidateStatus::endpoint)
        .containsExactly(b.host.endpoint());
  }

  @Test
  void neverUsesANonceTwice() {
    Set<String> seen = new HashSet<>();
    List<String> twice = new ArrayList<>();
    LabNode.Observer watch =
        new LabNode.Observer() {
          @Override
          public void datagram(LabNode node, Endpoint from, byte[] bytes, boolean before) {
            note(bytes, before);
          }

          @Override
          public void relayFrame(LabNode node, byte[] bytes, boolean before) {
            note(bytes, before);
          }

          private void note(byte[] bytes, boolean before) {
            if (before && ProbeHeader.isWellFormed(bytes, 0, bytes.length)) {
              String nonce = HexFormat.of().formatHex(bytes, 8, 24);
              if (!seen.add(nonce)) {
                twice.add(nonce);
              }
            }
          }
        };
    a.observer = watch;
    b.observer = watch;
    direct();
    b.kill();
    traffic(100);
    b.start(a);
    traffic(3_000);
    a.paths.peerRemoved(b.key());
    a.paths.peerConfigured(b.key(), lab.now());
    a.hint(b);
    traffic(6_000);
    assertThat(seen.size()).isGreaterThan(30);
    assertThat(twice).isEmpty();
  }

  @Test
  void anyBytesAreDroppedAndCounted() {
    direct();
    Random random = new Random(11);
    byte[] magic = {(byte) 0xf5, 0x61, 0x64, 0x70, 1};
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      System.arraycopy(magic, 0, bytes, 0, Math.min(bytes.length, random.nextInt(6)));
      assertThat(a.paths.datagramReceived(b.host.endpoint(), bytes, 0, bytes.length, lab.now()))
          .isNull();
      a.paths.relayReceived(b.key(), bytes, 0, bytes.length, lab.now());
    }
    long counted = a.paths.drops().values().stream().mapToLong(Long::longValue).sum();
    assertThat(counted).isGreaterThanOrEqualTo(40_000);
    traffic(2_000);
    assertThat(a.state(b)).isEqualTo(PathState.DIRECT);
  }

  /// B's place is taken by a peer moved by hand, with B's node key and this probe key.
  private HandPeer hand(PrivateKey probeKey) {
    if (!a.running) {
      a.start(b);
      lab.relay.connect(b);
    }
    return new HandPeer(HIGH, a, b.host, probeKey);
  }

  private static ProbeMessage.Ping ping(int padding) {
    return new ProbeMessage.Ping(0, 0, new TransactionId(1, padding), 0, 1, 0, padding);
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

  @Test
  void dropsWireGuardPacketsFromSourcesNoProbeHasProven() {
    startBoth(true);
    byte[] packet = LabNode.data(1);
    Endpoint stranger = Endpoint.literal("203.0.113.66:4000");
    assertThat(b.paths.datagramReceived(stranger, packet, 0, packet.length, lab.now())).isNull();
    assertThat(b.drops(DropReason.UNKNOWN_SOURCE)).isEqualTo(1);
  }
}
