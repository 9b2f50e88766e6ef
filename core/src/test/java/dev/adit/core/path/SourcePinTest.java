package dev.adit.core.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A WireGuard that goes on sending directly after both ends have left the path: its probes are
/// lost, its data is not, and moves the other WireGuard each time (nat-traversal R-DP-6).
final class SourcePinTest extends PairOfNodes {
  @BeforeEach
  void settleAndLeave() {
    bothSteer();
    startBoth(true);
    traffic(3_500);
    assertThat(bothDirect()).isTrue();
    a.probesLost = true;
    b.probesLost = true;
  }

  private SimWireGuard wireGuard(LabNode node) {
    return Objects.requireNonNull(node.wireGuard);
  }

  /// B's WireGuard sends to A's address whatever its agent says.
  ///
  /// @return how often A's WireGuard followed
  private int stubborn(long millis) {
    int followed = 0;
    for (long t = 0; t < millis; t += 50) {
      wireGuard(b).endpoint = a.host.endpoint();
      boolean wasAtE = wireGuard(a).endpoint == null;
      b.wireGuardSends(a, LabNode.data(sent++));
      lab.run(50 * Lab.MS);
      followed += wasAtE && wireGuard(a).endpoint != null ? 1 : 0;
    }
    return followed;
  }

  @Test
  void isPinnedWhenItDoesNotObeyForTwoSeconds() {
    assertThat(stubborn(2_500)).as("while it may still obey").isPositive();
    long took =
        lab.runUntil(
            () -> {
              stubborn(50);
              return wireGuard(a).pinned != null;
            },
            10_000 * Lab.MS);
    assertThat(took).isNotNegative();
    assertThat(wireGuard(a).pinned).isEqualTo(b.host.endpoint());
    stubborn(50);
    assertThat(stubborn(60_000)).as("while it goes on").isZero();
    assertThat(wireGuard(a).endpoint).isNull();
    assertThat(wireGuard(a).pins).as("anew every four to five seconds").isBetween(12, 16);
  }

  @Test
  void isNoLongerPinnedWhenItObeys() {
    stubborn(8_000);
    assertThat(wireGuard(a).pinned).isNotNull();
    int pins = wireGuard(a).pins;
    wireGuard(b).endpoint = null;
    traffic(20_000);
    assertThat(wireGuard(a).pins).as("once at most for what came before").isLessThan(pins + 2);
    int from = sent;
    traffic(2_000);
    assertThat(missing(from)).isEmpty();
  }

  @Test
  void isNoLongerPinnedWhenThePathIsChosenAgain() {
    stubborn(8_000);
    assertThat(wireGuard(a).pinned).isNotNull();
    a.probesLost = false;
    b.probesLost = false;
    wireGuard(b).endpoint = null;
    traffic(20_000);
    assertThat(bothDirect()).isTrue();
    assertThat(wireGuard(a).pinned).isNull();
    int from = sent;
    traffic(2_000);
    assertThat(missing(from)).isEmpty();
  }

  /// Long after the path was left, and its agent moves its WireGuard back time and again: some of
  /// its packets come by the relay, and take ours along.
  @Test
  void isPinnedAlsoWhenSomeOfItsDataComesByTheRelay() {
    traffic(40_000);
    int pins = wireGuard(a).pins;
    for (int i = 0; i < 300 && wireGuard(a).pins < pins + 2; i++) {
      wireGuard(b).endpoint = i % 4 == 3 ? null : a.host.endpoint();
      b.wireGuardSends(a, LabNode.data(sent++));
      lab.run(50 * Lab.MS);
    }
    assertThat(wireGuard(a).pins).as("the former pin lifted, and a new one").isEqualTo(pins + 2);
    assertThat(wireGuard(a).pinned).isEqualTo(b.host.endpoint());
  }

  /// Its agent stands still, and cannot obey: what its WireGuard sends is all there is.
  @Test
  void isNotPinnedWhenItsAgentIsSilent() {
    stubborn(500);
    b.freeze();
    stubborn(30_000);
    assertThat(wireGuard(a).pins).isZero();
  }

  /// Without a relay the direct path is better than none.
  @Test
  void isNotPinnedAnyMoreWhenTheRelayIsLost() {
    stubborn(8_000);
    assertThat(wireGuard(a).pinned).isNotNull();
    a.disconnect();
    stubborn(2_500);
    assertThat(wireGuard(a).pinned).isNull();
  }
}
