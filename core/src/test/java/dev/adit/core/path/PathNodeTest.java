package dev.adit.core.path;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.testkit.SimNetwork;
import dev.adit.wire.Endpoint;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// The life of a path between two agents, over really sealed bytes.
final class PathNodeTest extends PairOfNodes {
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

  /// T-12: each end sends at most two probe packets per second, four while payload flows. It is
  /// half of that, because the controller's pings tell that they are answered.
  @Test
  void isQuietWhileDirect() {
    direct();
    DatagramCount count = new DatagramCount();
    traffic(2_000);
    a.observer = count;
    b.observer = count;
    int from = sent;
    traffic(30_000);
    assertThat(count.datagrams - 2 * (sent - from)).isBetween(100, 30 * 4 + 4 * 8);
    lab.run(3_000 * Lab.MS);
    int before = count.datagrams;
    lab.run(30_000 * Lab.MS);
    assertThat(count.datagrams - before).isBetween(50, 30 * 2 + 4 * 8);
    assertThat(a.status(b).lossPercent()).isZero();
    assertThat(a.status(b).srttNanos()).isEqualTo(20 * Lab.MS);
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

  /// R-SEL-1 and §3.6: the controller finds the clearly better path, the other end follows, and
  /// nothing is lost.
  @Test
  void bothEndsMoveToABetterPath() {
    a.alsoAt(lab.network.host(Endpoint.literal("[2001:db8:a::1]:30001")));
    b.alsoAt(lab.network.host(Endpoint.literal("[2001:db8:b::1]:30002")));
    delayOfIpv6(60);
    direct();
    traffic(1_000);
    assertThat(a.endpoint(b)).isEqualTo(b.host.endpoint());
    delayOfIpv6(2);
    traffic(70_000);
    assertThat(a.endpoint(b)).isEqualTo(Endpoint.literal("[2001:db8:b::1]:30002"));
    assertThat(b.endpoint(a)).isEqualTo(Endpoint.literal("[2001:db8:a::1]:30001"));
    assertThat(missing(1)).isEmpty();
    assertThat(a.status(b).transitions()).hasSize(3);
    assertThat(b.status(a).transitions()).hasSize(3);
  }

  private void delayOfIpv6(long millis) {
    lab.network.link(second(a), second(b)).delay(millis * Lab.MS);
    lab.network.link(second(b), second(a)).delay(millis * Lab.MS);
  }

  private static SimNetwork.Host second(LabNode node) {
    return Objects.requireNonNull(node.host6);
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
}
