package dev.adit.core.path;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.probe.ProbeHeader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How large the packets of a pair may be, by what its path carries (relay-rung RR-59, RR-60).
class PathMtuTest extends PairOfNodes {
  private static final int IPV4_AND_UDP = 28;
  private static final int IPV6_AND_UDP = 48;
  private static final long SETTLED = 5_000 * Lab.MS;

  /// Both ends on a path between links of this MTU.
  private void linksCarry(int bytes, int headers) {
    lab.network.link(a.host, b.host).maxBytes(bytes - headers);
    lab.network.link(b.host, a.host).maxBytes(bytes - headers);
  }

  private void settled() {
    direct();
    traffic(SETTLED / Lab.MS);
    assertThat(bothDirect()).isTrue();
  }

  private void bothHave(int mtu) {
    assertThat(a.mtu(b)).isEqualTo(mtu).isEqualTo(a.status(b).mtu());
    assertThat(b.mtu(a)).isEqualTo(mtu).isEqualTo(b.status(a).mtu());
  }

  /// Packets as large as the routes allow, 50 a second each way.
  ///
  /// @return numbers of those that did not arrive
  private List<Integer> largeTraffic(long millis) {
    int first = sent;
    for (long t = 0; t < millis; t += 20) {
      a.wireGuardSends(b, LabNode.data(sent, TunnelMtu.payload(a.mtu(b))));
      b.wireGuardSends(a, LabNode.data(sent, TunnelMtu.payload(b.mtu(a))));
      sent++;
      lab.run(20 * Lab.MS);
    }
    return missing(first);
  }

  @ParameterizedTest
  @CsvSource({
    "1500, 28, 1420", "1500, 48, 1420", "1492, 28, 1420", "1492, 48, 1380",
    "1400, 28, 1280", "1400, 48, 1280", "1479, 28, 1380", "1451, 28, 1280"
  })
  void isAsLargeAsThePathCarries(int linkMtu, int headers, int mtu) {
    linksCarry(linkMtu, headers);
    settled();
    bothHave(mtu);
    assertThat(largeTraffic(1_000)).isEmpty();
    assertThat(a.status(b).mtuRemark())
        .isEqualTo(mtu == TunnelMtu.MOST ? "" : "larger packets are not answered on this path");
  }

  @Test
  void isTheLeastUntilThePathHasSettled() {
    bothSteer();
    startBoth(true);
    assertThat(a.status(b).mtuRemark()).isEqualTo("no direct path");
    direct();
    bothHave(TunnelMtu.LEAST);
    lab.run(900 * Lab.MS);
    bothHave(TunnelMtu.LEAST);
    assertThat(a.status(b).mtuRemark())
        .isEqualTo("larger packets are tried once the path has settled");
    traffic(2_000);
    bothHave(TunnelMtu.MOST);
    assertThat(a.status(b).isNative()).isTrue();
  }

  @Test
  void oneDirectionThatCarriesLessCountsForBothEnds() {
    lab.network.link(b.host, a.host).maxBytes(TunnelMtu.payload(1380));
    settled();
    bothHave(1380);
  }

  @Test
  void goesDownBeforeTheRelayIsUsed() {
    var order = new Order();
    a.observer = order;
    settled();
    block(true, true, true);
    traffic(4_000);
    assertThat(a.state(b)).isEqualTo(PathState.RELAYED);
    assertThat(order.events)
        .containsSubsequence("DIRECT", "mtu 1420", "mtu 1280", "SUSPECT")
        .doesNotContain("mtu 1380");
  }

  @Test
  void goesDownWhenThePathBeginsToLoseLargePackets() {
    settled();
    bothHave(TunnelMtu.MOST);
    linksCarry(1_400, IPV4_AND_UDP);
    List<Integer> lost = largeTraffic(9_000);
    bothHave(TunnelMtu.LEAST);
    assertThat(bothDirect()).isTrue();
    assertThat(a.status(b).mtuRemark()).isEqualTo("larger packets got lost on this path");
    assertThat(a.paths.mtuLowered()).isOne();
    assertThat(lost.size()).isLessThan(8_000 / 20);
    assertThat(largeTraffic(1_000)).isEmpty();
  }

  /// Only one end has something to say, and the other answers what it gets: while that gets lost,
  /// the other has no payload at all.
  @ParameterizedTest
  @CsvSource({"true", "false"})
  void goesDownInTimeWhateverTheMoment(boolean controllerAsks) {
    LabNode asks = controllerAsks ? a : b;
    LabNode answers = controllerAsks ? b : a;
    settled();
    List<Long> times = new ArrayList<>();
    for (int turn = 0; turn < 60; turn++) {
      bothHave(TunnelMtu.MOST);
      linksCarry(1_400, IPV4_AND_UDP);
      long begun = lab.now();
      while (asks.mtu(answers) != TunnelMtu.LEAST || answers.mtu(asks) != TunnelMtu.LEAST) {
        assertThat(lab.now() - begun).isLessThan(30_000 * Lab.MS);
        question(asks, answers);
      }
      times.add((lab.now() - begun) / Lab.MS);
      assertThat(bothDirect()).isTrue();
      linksCarry(1_500, IPV4_AND_UDP);
      for (LabNode node : List.of(a, b)) {
        node.paths.linkChanged(lab.now());
        node.pump();
      }
      traffic(6_000 + 130 * turn);
    }
    assertThat(times).allSatisfy(t -> assertThat(t).isLessThan(8_000));
  }

  private void question(LabNode asks, LabNode answers) {
    int before = answers.delivered.size();
    asks.wireGuardSends(answers, LabNode.data(sent, TunnelMtu.payload(asks.mtu(answers))));
    lab.run(25 * Lab.MS);
    if (answers.delivered.size() > before) {
      answers.wireGuardSends(asks, LabNode.data(sent, TunnelMtu.payload(answers.mtu(asks))));
    }
    sent++;
    lab.run(25 * Lab.MS);
  }

  @Test
  void goesDownOneStepWhereThatSuffices() {
    settled();
    linksCarry(1_452, IPV4_AND_UDP);
    traffic(9_000);
    bothHave(1380);
    linksCarry(1_500, IPV6_AND_UDP);
    traffic(1_000);
    bothHave(1380);
  }

  @Test
  void aPathThatIsDeadForAMomentKeepsItsMtu() {
    settled();
    traffic(4_000);
    block(true, true, true);
    traffic(1_200);
    block(true, true, false);
    traffic(10_000);
    bothHave(TunnelMtu.MOST);
    assertThat(a.paths.mtuLowered()).isZero();
  }

  @Test
  void isTriedAgainAfterTenMinutes() {
    linksCarry(1_400, IPV4_AND_UDP);
    settled();
    linksCarry(1_500, IPV4_AND_UDP);
    for (int second = 0; second < 590; second++) {
      a.wireGuardSends(b, LabNode.data(sent++));
      lab.run(1_000 * Lab.MS);
    }
    bothHave(TunnelMtu.LEAST);
    traffic(15_000);
    bothHave(TunnelMtu.MOST);
  }

  @Test
  void isTriedAgainWhenTheLinkChanges() {
    linksCarry(1_400, IPV4_AND_UDP);
    settled();
    linksCarry(1_500, IPV4_AND_UDP);
    for (LabNode node : List.of(a, b)) {
      node.paths.linkChanged(lab.now());
      node.pump();
    }
    bothHave(TunnelMtu.LEAST);
    traffic(6_000);
    bothHave(TunnelMtu.MOST);
  }

  @Test
  void survivesLossOfEveryFifthPacket() {
    for (SimPair pair : List.of(new SimPair(a, b), new SimPair(b, a))) {
      lab.network.link(pair.from.host, pair.to.host).loss(0.2);
    }
    settled();
    traffic(60_000);
    assertThat(bothDirect()).isTrue();
    assertThat(a.mtu(b)).isGreaterThanOrEqualTo(TunnelMtu.LEAST);
  }

  private record SimPair(LabNode from, LabNode to) {}

  /// No more than one probe of more than 1,312 bytes a heartbeat when all is well.
  @Test
  void costsLittleWhenAllIsWell() {
    settled();
    var large = new LargeProbes();
    a.observer = large;
    traffic(60_000);
    // Every five seconds: twelve pings of B, and answers to twelve of A.
    assertThat(large.count).isBetween(20, 28);
  }

  @Test
  void paddedPacketsOfWireGuardAreWhatIsTried() {
    assertThat(TunnelMtu.payload(1280)).isEqualTo(1312);
    assertThat(TunnelMtu.payload(1380)).isEqualTo(1424);
    assertThat(TunnelMtu.payload(1420)).isEqualTo(1452);
    assertThat(TunnelMtu.below(1420)).isEqualTo(1380);
    assertThat(TunnelMtu.below(1380)).isEqualTo(1280);
    assertThat(TunnelMtu.below(1280)).isEqualTo(1280);
  }

  private static final class Order implements LabNode.Observer {
    final List<String> events = new ArrayList<>();

    @Override
    public void pathChanged(LabNode node, PathOutput.PathChanged change) {
      events.add(change.to().name());
    }

    @Override
    public void mtuSet(LabNode node, PublicKey peer, int mtu) {
      events.add("mtu " + mtu);
    }
  }

  private static final class LargeProbes implements LabNode.Observer {
    int count;

    @Override
    public void datagram(LabNode node, Endpoint from, byte[] bytes, boolean before) {
      if (before && bytes.length > ProbeSizes.FULL && ProbeHeader.hasMagic(bytes, 0, 10)) {
        count++;
      }
    }
  }
}
