package dev.adit.core.path;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.testkit.SimNat;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.probe.ProbeMessage;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What goes wrong between two agents: blocks, small paths, a lost relay, NATs.
final class PathFailureTest extends PairOfNodes {
  /// While payload flows, in 2.5 s; T-8.
  @Test
  void returnsToTheRelayWithin2500MillisecondsOfASilentBlockAndBackWithinTen() {
    for (int way = 0; way < 3; way++) {
      direct();
      block(way != 1, way != 2, true);
      traffic(2_500);
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

  /// T-6: payload every 3 s does not flow.
  @Test
  void quietPairsLeaveADeadPathWithin4500Milliseconds() {
    for (int way = 0; way < 3; way++) {
      direct();
      quiet(12_000);
      block(way != 1, way != 2, true);
      long took =
          lab.runUntil(
              () -> a.state(b) != PathState.DIRECT && b.state(a) != PathState.DIRECT,
              20_000 * Lab.MS);
      assertThat(took).as("way %d", way).isBetween(2_000 * Lab.MS, 4_500 * Lab.MS);
      block(true, true, false);
      traffic(8_000);
    }
  }

  /// What was asked each second has the time to answer that a flow of payload gives it.
  @Test
  void payloadThatBeginsToFlowDoesNotEndTrust() {
    direct();
    for (int i = 0; i < 40; i++) {
      quiet(3_070); // any time since the last heartbeat
      int before = a.status(b).transitions().size();
      traffic(300);
      assertThat(a.status(b).transitions()).hasSize(before);
      assertThat(bothDirect()).isTrue();
    }
  }

  private void quiet(int millis) {
    for (int at = 0; at < millis; at += 3_000) {
      a.wireGuardSends(b, LabNode.data(sent++));
      lab.run(Math.min(3_000, millis - at) * Lab.MS);
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
      assertThat(took).isBetween(1_500 * Lab.MS, 2_500 * Lab.MS);
      lab.network.link(sender.host, peer.host).blocked(false);
      lab.relay.losesProbesOf(peer.key(), false);
      traffic(8_000);
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

  /// The confirmation of a demotion (PATH, reason 5) is not itself a demand. Were it obeyed, as the
  /// state table literally says, both ends would push each other off a good path for ever.
  @Test
  void oneLinkChangeCausesOneDemotion() {
    PathRules literal =
        new PathRules() {
          @Override
          boolean obeysRelayDecision(ProbeMessage.Path path) {
            return true;
          }
        };
    assertThat(demotionsInTheMinuteAfterALinkChange(PathRules.SPECIFIED)).isEqualTo(1);
    assertThat(demotionsInTheMinuteAfterALinkChange(literal)).isGreaterThan(2);
  }

  private static int demotionsInTheMinuteAfterALinkChange(PathRules rules) {
    Lab lab = new Lab(5, new PlainCipher(), 10 * Lab.MS, 150 * Lab.MS);
    LabNode a = new LabNode(lab, LOW, lab.network.host(Endpoint.literal("192.0.2.1:1")), rules);
    LabNode b = new LabNode(lab, HIGH, lab.network.host(Endpoint.literal("192.0.3.1:1")), rules);
    a.start(b);
    b.start(a);
    int[] demotions = {0};
    a.observer =
        new LabNode.Observer() {
          @Override
          public void pathChanged(LabNode node, PathOutput.PathChanged change) {
            demotions[0] += change.from() == PathState.DIRECT ? 1 : 0;
          }
        };
    for (int i = 0; i < 7_000; i++) {
      a.wireGuardSends(b, LabNode.data(i));
      b.wireGuardSends(a, LabNode.data(i));
      if (i == 300) {
        a.paths.linkChanged(lab.now());
        a.pump();
      }
      lab.run(10 * Lab.MS);
    }
    return demotions[0];
  }
}
