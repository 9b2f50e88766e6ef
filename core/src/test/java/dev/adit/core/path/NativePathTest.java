package dev.adit.core.path;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.wire.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Native mode: WireGuard itself sends on a direct path that has settled, and is brought back to
/// E(p) whenever the path is not (nat-traversal §5.4).
final class NativePathTest extends PairOfNodes {
  @BeforeEach
  void steer() {
    bothSteer();
  }

  private SimWireGuard wireGuard(LabNode node) {
    return Objects.requireNonNull(node.wireGuard);
  }

  private boolean bothNative() {
    return b.host.endpoint().equals(wireGuard(a).endpoint)
        && a.host.endpoint().equals(wireGuard(b).endpoint)
        && a.status(b).isNative()
        && b.status(a).isNative();
  }

  private void settle() {
    startBoth(true);
    traffic(3_500);
    assertThat(bothNative()).isTrue();
  }

  /// T-4, T-5; R-DP-1, R-DP-5. Each end's first direct packet moves the other WireGuard, which the
  /// next reading shows: sooner than it would settle.
  @Test
  void settlesWithinThreeSecondsOfTheSelectionAndLosesNothing() {
    startBoth(true);
    a.wireGuardSends(b, LabNode.data(sent++));
    assertThat(lab.runUntil(this::bothDirect, 1_000 * Lab.MS)).isNotNegative();
    long selected = lab.now();
    while (!bothNative() && lab.now() - selected < 10_000 * Lab.MS) {
      oneMillisecond();
    }
    assertThat(lab.now() - selected).isLessThan(3_000 * Lab.MS);
    for (int i = 0; i < 1_000; i++) {
      oneMillisecond();
    }
    assertThat(missing(1)).isEmpty();
    assertThat(wireGuard(a).moves).isZero();
  }

  /// Only A speaks: its WireGuard stays at E(p) until the path has been trusted for a second.
  @Test
  void settlesAfterASecondWithoutAnythingFromThePeer() {
    startBoth(true);
    a.wireGuardSends(b, LabNode.data(sent++));
    assertThat(lab.runUntil(this::bothDirect, 1_000 * Lab.MS)).isNotNegative();
    long selected = lab.now();
    while (!a.status(b).isNative() && lab.now() - selected < 10_000 * Lab.MS) {
      a.wireGuardSends(b, LabNode.data(sent++));
      lab.run(Lab.MS);
    }
    assertThat(lab.now() - selected).isBetween(950 * Lab.MS, 3_000 * Lab.MS);
    lab.run(10 * Lab.MS);
    assertThat(wireGuard(a).moves).isOne();
    assertThat(wireGuard(a).endpoint).isEqualTo(b.host.endpoint());
  }

  private void oneMillisecond() {
    a.wireGuardSends(b, LabNode.data(sent));
    b.wireGuardSends(a, LabNode.data(sent));
    sent++;
    lab.run(Lab.MS);
  }

  /// Payload that the agent does not see keeps the pair awake; parking brings E(p) back (RR-4).
  @Test
  void isAwakeWhileWireGuardSendsAndParksAfterwards() {
    settle();
    traffic(60_000);
    assertThat(bothNative()).isTrue();
    lab.run(50_000 * Lab.MS);
    assertThat(a.state(b)).isEqualTo(PathState.IDLE);
    assertThat(b.state(a)).isEqualTo(PathState.IDLE);
    assertThat(wireGuard(a).endpoint).isNull();
    assertThat(wireGuard(b).endpoint).isNull();
    int from = sent;
    traffic(4_000);
    assertThat(missing(from)).isEmpty();
    assertThat(bothNative()).isTrue();
  }

  /// R-DP-5, R-DP-6: one way or both, the relay within 2.5 s, and no more lost after that.
  @Test
  void leavesADeadPathWithin2500Milliseconds() {
    for (int way = 0; way < 3; way++) {
      if (way == 0) {
        settle();
      }
      assertThat(bothNative()).as("way %d", way).isTrue();
      block(way != 1, way != 2, true);
      traffic(2_500);
      int from = sent;
      traffic(5_000);
      assertThat(missing(from)).as("way %d", way).isEmpty();
      assertThat(wireGuard(a).endpoint).isNull();
      assertThat(wireGuard(b).endpoint).isNull();
      block(true, true, false);
      traffic(14_000);
    }
  }

  /// R-DP-4: a packet by the relay moves WireGuard to E(p); it is brought back 100 ms later, at
  /// most five times a second, and ten times in ten seconds; the data meanwhile goes direct.
  @Test
  void isBroughtBackFromE() {
    settle();
    relayed();
    assertThat(wireGuard(a).endpoint).isNull();
    assertThat(a.wireGuardSends(b, LabNode.data(sent++)))
        .isEqualTo(new Route(false, b.host.endpoint()));
    lab.run(90 * Lab.MS);
    assertThat(wireGuard(a).endpoint).isNull();
    lab.run(20 * Lab.MS);
    assertThat(wireGuard(a).endpoint).isEqualTo(b.host.endpoint());
    int before = wireGuard(a).moves;
    List<Long> times = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      relayed();
      int moves = wireGuard(a).moves;
      lab.run(150 * Lab.MS);
      if (wireGuard(a).moves > moves) {
        times.add(lab.now());
      }
    }
    assertThat(wireGuard(a).moves - before).isBetween(9, 11);
    assertThat(a.status(b).isNative()).isFalse();
    for (int i = 1; i < times.size(); i++) {
      assertThat(times.get(i) - times.get(i - 1)).isGreaterThanOrEqualTo(150 * Lab.MS);
    }
    traffic(31_000);
    assertThat(bothNative()).isTrue();
  }

  private void relayed() {
    a.relayFrame(b.key(), LabNode.data(1_000_000 + sent++));
  }

  /// R-DP-7: where nobody answers, WireGuard stays for 3 s only.
  @Test
  void isSetBackFromAnAddressThatAnswersNothing() {
    startBoth(true);
    a.wireGuardSends(b, LabNode.data(sent++));
    block(true, true, true);
    lab.run(2_000 * Lab.MS);
    assertThat(a.state(b)).isEqualTo(PathState.RELAYED);
    wireGuard(a).endpoint = Endpoint.literal("203.0.113.9:9");
    long took = lab.runUntil(() -> wireGuard(a).endpoint == null, 10_000 * Lab.MS);
    assertThat(took).isBetween(2_900 * Lab.MS, 4_500 * Lab.MS);
  }

  /// RR-15, X-9: another program moves our peer's endpoint while the path is native.
  @Test
  void isSetBackToThePathFromAnAddressThatAnswersNothing() {
    settle();
    assertThat(awayAt("203.0.113.9:9")).isBetween(0L, 6_000 * Lab.MS);
  }

  /// to this machine, or into the tunnel: never.
  @Test
  void isSetBackAtOnceFromAnAddressThatNoPeerCanHave() {
    settle();
    assertThat(awayAt("127.0.0.1:4444")).isBetween(0L, 1_100 * Lab.MS);
  }

  /// How long the first WireGuard, moved to `endpoint`, does not send to the second, in ns.
  private long awayAt(String endpoint) {
    wireGuard(a).endpoint = Endpoint.literal(endpoint);
    return lab.runUntil(() -> b.host.endpoint().equals(wireGuard(a).endpoint), 10_000 * Lab.MS);
  }

  /// A restarted agent leaves WireGuard where it is, and goes on from there.
  @Test
  void losesNothingWhenAnAgentIsKilledAndStartedAgain() {
    for (LabNode killed : List.of(a, b)) {
      if (sent == 0) {
        settle();
      }
      LabNode other = killed == a ? b : a;
      int from = sent;
      killed.kill();
      traffic(1_000);
      assertThat(wireGuard(killed).endpoint).isEqualTo(other.host.endpoint());
      killed.start(other);
      killed.hint(other);
      other.hint(killed);
      traffic(8_000);
      assertThat(missing(from)).isEmpty();
      assertThat(bothNative()).isTrue();
    }
  }

  /// X-8, RR-13: an agent that stays away; its WireGuard goes on.
  @Test
  void reachesAPeerWhoseAgentIsGone() {
    settle();
    b.kill();
    int from = sent;
    traffic(30_000);
    assertThat(missing(from)).isEmpty();
  }

  /// R-DP-8.
  @Test
  void leavesAPathOnWhichOnlyPingsPass() {
    settle();
    wireGuard(a).deaf = true; // what comes from B is not authentic any more
    for (int i = 0; i < 1_100; i++) {
      a.wireGuardSends(b, LabNode.data(sent++));
      lab.run(10 * Lab.MS);
    }
    assertThat(a.state(b)).isEqualTo(PathState.DIRECT);
    long took =
        lab.runUntil(
            () -> {
              a.wireGuardSends(b, LabNode.data(sent++));
              return a.state(b) != PathState.DIRECT;
            },
            10_000 * Lab.MS);
    assertThat(took).isBetween(0L, 3_000 * Lab.MS);
    assertThat(a.status(b).transitions().getLast().reason()).isEqualTo(PathReason.DATA_LOST);
    int before = b.status(a).transitions().size();
    int told = a.status(b).transitions().size();
    for (int i = 0; i < 12_000; i++) {
      a.wireGuardSends(b, LabNode.data(sent++));
      lab.run(10 * Lab.MS);
    }
    assertThat(a.state(b)).isEqualTo(PathState.RELAYED);
    assertThat(a.status(b).transitions().size() - told).as("A does not come back").isLessThan(3);
    assertThat(b.status(a).transitions().size() - before).as("nor does B").isLessThan(12);
    wireGuard(a).deaf = false;
    traffic(60_000);
    assertThat(bothNative()).as("data passes again").isTrue();
  }

  /// R-SEL-1: who is not the controller waits 3 s for one that says nothing.
  @Test
  void waitsForTheController() {
    startBoth(true);
    b.wireGuardSends(a, LabNode.data(sent++));
    assertThat(lab.runUntil(this::bothDirect, 1_000 * Lab.MS)).isNotNegative();
    long selected = lab.now();
    long byA = lab.runUntil(() -> a.status(b).isNative(), 5_000 * Lab.MS);
    long byB = lab.now() - selected;
    assertThat(byA).isLessThan(2_000 * Lab.MS);
    assertThat(byB).isLessThan(3_000 * Lab.MS);
  }
}
