package dev.adit.net.frontdoor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.net.Clock;
import dev.adit.net.frontdoor.DoorOptions.AcceptRate;
import dev.adit.wire.IpAddress;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ConnectionLimitsTest {
  private static final long SECOND = 1_000_000_000L;
  private static final IpAddress HERE = IpAddress.literal("192.0.2.1");
  private static final IpAddress THERE = IpAddress.literal("192.0.2.2");

  private long now = 5 * SECOND;
  private final DoorCounters counters = new DoorCounters();

  private ConnectionLimits limits(int most, int perAddress) {
    var clock =
        new Clock() {
          @Override
          public long nanos() {
            return now;
          }

          @Override
          public Instant wall() {
            return Instant.EPOCH;
          }
        };
    return new ConnectionLimits(
        most, perAddress, new AcceptLimiter(AcceptRate.UNLIMITED), counters, clock);
  }

  /// R-AG-7.
  @Test
  void aSiteMakesSixHundredConnectionsThenSixtyASecond() {
    var limits = limits(100_000, 100_000);
    assertThat(opened(limits, HERE, 700)).isEqualTo(600);
    assertThat(opened(limits, THERE, 1)).isEqualTo(1);
    now += SECOND;
    assertThat(opened(limits, HERE, 700)).isEqualTo(60);
    now += 11 * SECOND;
    assertThat(opened(limits, HERE, 700)).isEqualTo(600);
    assertThat(counters.refused.value(DoorCounters.Refusal.TOO_FAST)).isEqualTo(100 + 640 + 100);
  }

  @Test
  void unprovenPeersOfOneSiteAreLimitedUntilTheyProveThemselvesOrLeave() {
    var limits = limits(100_000, 10);
    assertThat(opened(limits, HERE, 11)).isEqualTo(10);
    limits.proven(HERE);
    assertThat(opened(limits, HERE, 2)).isEqualTo(1);
    assertThat(counters.refused.value(DoorCounters.Refusal.TOO_MANY_OF_ADDRESS)).isEqualTo(2);
    assertThat(limits.open()).isEqualTo(11);
  }

  /// 500 agents behind one NAT come again and again, all at once: only strangers use up a site's
  /// share.
  @Test
  void peersThatProveThemselvesUseNothingUp() {
    var limits = limits(100_000, 1024);
    for (int round = 0; round < 10; round++) {
      assertThat(opened(limits, HERE, 500)).isEqualTo(500);
      for (int i = 0; i < 500; i++) {
        limits.proven(HERE);
        limits.closed();
      }
    }
    assertThat(opened(limits, HERE, 700)).isEqualTo(600);
  }

  /// derp §17.21
  @Test
  void theOperatorsRateHoldsForAllTogether() {
    var limiter = new AcceptLimiter(new AcceptRate(2.5, 4));
    assertThat(accepted(limiter, 10)).isEqualTo(4);
    now += SECOND;
    assertThat(accepted(limiter, 10)).isEqualTo(2);
    now += SECOND;
    assertThat(accepted(limiter, 10)).isEqualTo(3);
    now += 100 * SECOND;
    assertThat(accepted(limiter, 10)).isEqualTo(4);
    assertThat(accepted(new AcceptLimiter(AcceptRate.UNLIMITED), 10_000)).isEqualTo(10_000);
  }

  private int accepted(AcceptLimiter limiter, int times) {
    int accepted = 0;
    for (int i = 0; i < times; i++) {
      accepted += limiter.accepts(now) ? 1 : 0;
    }
    return accepted;
  }

  @Test
  void allTogetherAreLimited() {
    var limits = limits(3, 10);
    assertThat(opened(limits, HERE, 2) + opened(limits, THERE, 2)).isEqualTo(3);
    limits.closed();
    assertThat(opened(limits, THERE, 2)).isEqualTo(1);
    assertThat(counters.refused.value(DoorCounters.Refusal.TOO_MANY)).isEqualTo(2);
  }

  /// A flood from invented addresses costs memory for seconds only.
  @Test
  void quietSitesAreForgotten() {
    var limits = limits(100_000, 10);
    for (int i = 0; i < 50_000; i++) {
      var address = IpAddress.of(new byte[] {10, (byte) (i >> 16), (byte) (i >> 8), (byte) i});
      assertThat(limits.opened(address)).isTrue();
      limits.unprovenClosed(address);
      limits.closed();
      now += SECOND / 1000;
    }
    assertThat(limits.sites()).isLessThan(10_000);
  }

  private static int opened(ConnectionLimits limits, IpAddress address, int times) {
    int opened = 0;
    for (int i = 0; i < times; i++) {
      opened += limits.opened(address) ? 1 : 0;
    }
    return opened;
  }
}
