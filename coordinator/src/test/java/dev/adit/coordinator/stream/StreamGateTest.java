package dev.adit.coordinator.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.net.Clock;
import dev.adit.net.frontdoor.UpgradeGate;
import dev.adit.net.frontdoor.UpgradeGate.Answer;
import dev.adit.wire.IpAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The numbers of control R-AG-7; how turns are taken is told in `FairGateTest`.
class StreamGateTest {
  private static final int PLACES = 16 * Runtime.getRuntime().availableProcessors();
  private static final long SECOND = 1_000_000_000L;

  private long now = SECOND;
  private final List<Integer> entered = new ArrayList<>();
  private final StreamGate gate = new StreamGate(new ByHand());

  @Test
  void letsIn16PerProcessorAndKeepsAThousandWaiting() {
    for (int i = 0; i < PLACES; i++) {
      assertThat(arrive(i)).isEqualTo(Answer.ENTER);
    }
    for (int i = 0; i < 1000; i++) {
      assertThat(arrive(PLACES + i)).isEqualTo(Answer.WAIT);
    }
    assertThat(arrive(PLACES + 1000)).isEqualTo(Answer.REFUSED);
    assertThat(gate.retryAfterSeconds()).isBetween(1, 60);
    assertThat(gate.patienceMillis()).isEqualTo(5_000);

    now += SECOND - 1;
    gate.tick();
    assertThat(entered).isEmpty();
    now++;
    gate.tick();
    assertThat(entered).as("a place is held for a second at most").hasSize(PLACES);
  }

  @Test
  void keepsAQuarterOfThoseWhoWaitFromOneSite() {
    for (int i = 0; i < PLACES; i++) {
      arrive(i);
    }
    for (int i = 0; i < 250; i++) {
      assertThat(arrive("2001:db8::" + i)).isEqualTo(Answer.WAIT);
    }
    assertThat(arrive("2001:db8::ffff")).isEqualTo(Answer.REFUSED);
    assertThat(arrive("2001:db8:0:1::1")).isEqualTo(Answer.WAIT);
  }

  private Answer arrive(int number) {
    byte[] address = {10, 0, (byte) (number >> 8), (byte) number};
    return gate.arrive(new Visitor(number, IpAddress.of(address)));
  }

  private Answer arrive(String address) {
    return gate.arrive(new Visitor(0, IpAddress.literal(address)));
  }

  private final class Visitor implements UpgradeGate.Visitor {
    private final int number;
    private final IpAddress address;

    Visitor(int number, IpAddress address) {
      this.number = number;
      this.address = address;
    }

    @Override
    public IpAddress address() {
      return address;
    }

    @Override
    public void enter() {
      entered.add(number);
    }
  }

  private final class ByHand implements Clock {
    @Override
    public long nanos() {
      return now;
    }

    @Override
    public Instant wall() {
      return Instant.EPOCH;
    }
  }
}
