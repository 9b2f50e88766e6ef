package dev.adit.core.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Helper mode: data stays on the relay until WireGuard itself sends directly (nat-traversal §5.1),
/// because what goes by the helper is slow.
final class HelperPathTest extends PairOfNodes {
  private boolean bothNative() {
    return b.host.endpoint().equals(Objects.requireNonNull(a.wireGuard).endpoint)
        && a.host.endpoint().equals(Objects.requireNonNull(b.wireGuard).endpoint)
        && a.status(b).isNative()
        && b.status(a).isNative();
  }

  /// @param each packets each way in a millisecond
  /// @return milliseconds from the selection until both WireGuards send directly
  private long upgrade(int each) {
    startBoth(true);
    a.wireGuardSends(b, LabNode.data(sent++));
    assertThat(lab.runUntil(this::bothDirect, 1_000 * Lab.MS)).isNotNegative();
    long selected = lab.now();
    while (!bothNative() && lab.now() - selected < 10_000 * Lab.MS) {
      flow(each);
    }
    long took = (lab.now() - selected) / Lab.MS;
    for (int i = 0; i < 1_000; i++) {
      flow(each);
    }
    return took;
  }

  private void flow(int each) {
    for (int i = 0; i < each; i++) {
      a.wireGuardSends(b, LabNode.data(sent));
      b.wireGuardSends(a, LabNode.data(sent));
      sent++;
    }
    lab.run(Lab.MS);
  }

  @Test
  void dataIsOnTheRelayUntilThePathHasSettled() {
    a.isHelped();
    b.isHelped();
    startBoth(true);
    a.wireGuardSends(b, LabNode.data(sent++));
    assertThat(lab.runUntil(this::bothDirect, 1_000 * Lab.MS)).isNotNegative();
    assertThat(a.wireGuardSends(b, LabNode.data(sent++))).isEqualTo(Route.RELAY);
    long selected = lab.now();
    while (!a.status(b).isNative() && lab.now() - selected < 10_000 * Lab.MS) {
      assertThat(a.wireGuardSends(b, LabNode.data(sent++)).direct()).isNull();
      lab.run(10 * Lab.MS);
    }
    assertThat(lab.now() - selected).isBetween(900 * Lab.MS, 4_000 * Lab.MS);
  }

  @Test
  void bothSettleUnderAThousandPacketsASecondAndLoseNone() {
    a.isHelped();
    b.isHelped();
    assertThat(upgrade(1)).isLessThan(4_000);
    assertThat(bothNative()).isTrue();
    assertThat(missing(1)).isEmpty();
  }

  @Test
  void settlesWithANativePeer() {
    a.isHelped();
    b.steers();
    assertThat(upgrade(1)).isLessThan(4_000);
    assertThat(bothNative()).isTrue();
    assertThat(missing(1)).isEmpty();
  }

  /// More than the helper sends goes by the relay, so an upgrade under a flood may wait for a
  /// pause.
  @Test
  void losesNothingUnderAFloodAndSettlesWhenItPauses() {
    a.isHelped();
    b.isHelped();
    long took = upgrade(5);
    System.out.println("5,000/s each way, native after ms: " + took);
    lab.run(500 * Lab.MS);
    traffic(3_000);
    assertThat(bothNative()).isTrue();
    assertThat(missing(1)).isEmpty();
  }

  /// R-DP-6: as in native mode.
  @Test
  void leavesADeadPathWithin2500Milliseconds() {
    a.isHelped();
    b.isHelped();
    upgrade(1);
    block(true, true, true);
    traffic(2_500);
    int from = sent;
    traffic(5_000);
    assertThat(missing(from)).isEmpty();
  }
}
