package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Also that the capture of a disturbed region can fail.
class HopsTest {
  private final Hops hops = new Hops();

  private static long id(boolean hopped) {
    return ChaosPacket.id(ChaosPacket.make(hopped), 0);
  }

  @Test
  void oneHopIsAllowed() {
    hops.forwarded(id(false));
    hops.forwarded(id(false));
    assertThat(hops.forwards()).isEqualTo(2);
    assertThat(hops.tooMany()).isZero();
  }

  @Test
  void twoHopsAreFound() {
    long id = id(false);
    hops.forwarded(id);
    hops.forwarded(id);
    assertThat(hops.tooMany()).isEqualTo(1);
  }

  @Test
  void whatAMeshClientForwardedMayNotBePassedOn() {
    hops.forwarded(id(true));
    assertThat(hops.tooMany()).isEqualTo(1);
  }

  @Test
  void damageIsFound() {
    byte[] packet = new byte[ChaosPacket.MIN_BYTES + 1];
    assertThat(ChaosPacket.isWhole(packet)).isTrue();
    packet[ChaosPacket.MIN_BYTES] = 1;
    assertThat(ChaosPacket.isWhole(packet)).isFalse();
  }
}
