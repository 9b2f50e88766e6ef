package dev.adit.core.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.limit.FairGate.Answer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Control R-AG-7.
class FairGateTest {
  private static final long SECOND = 1_000_000_000L;

  private long now = 100 * SECOND;
  private final FairGate<String, String> gate = new FairGate<>(2, 8, SECOND, now);

  @Test
  void letsInAsManyAsItHasPlacesAndTheRestOneByOne() {
    assertThat(arrive("a1")).isEqualTo(Answer.ENTER);
    assertThat(arrive("b1")).isEqualTo(Answer.ENTER);
    assertThat(arrive("c1")).isEqualTo(Answer.WAIT);
    assertThat(arrive("d1")).isEqualTo(Answer.WAIT);
    assertThat(entering()).isEmpty();
    gate.leave("b1");
    assertThat(entering()).containsExactly("c1");
    gate.leave("b1"); // a second time
    assertThat(entering()).isEmpty();
    gate.leave("a1");
    assertThat(entering()).containsExactly("d1");
  }

  @Test
  void letsSitesInByTurns() {
    fill();
    arrive("a1");
    arrive("a2");
    arrive("b1");
    assertThat(arrive("c1")).isEqualTo(Answer.WAIT);
    assertThat(arrive("b2")).isEqualTo(Answer.WAIT);
    List<String> order = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      now += SECOND;
      order.addAll(entering());
    }
    assertThat(order).containsExactly("a1", "b1", "c1", "a2", "b2");
  }

  @Test
  void keepsAQuarterOfTheQueueAtMostForOneSite() {
    fill();
    assertThat(arrive("a1")).isEqualTo(Answer.WAIT);
    assertThat(arrive("a2")).isEqualTo(Answer.WAIT);
    assertThat(arrive("a3")).isEqualTo(Answer.REFUSED);
    for (String other : List.of("b1", "b2", "c1", "c2", "d1", "d2")) {
      assertThat(arrive(other)).isEqualTo(Answer.WAIT);
    }
    assertThat(arrive("e1")).isEqualTo(Answer.REFUSED);
    assertThat(gate.waiting()).isEqualTo(8);
  }

  @Test
  void nobodyHoldsAPlaceForLongerThanTheLimit() {
    fill();
    arrive("a1");
    now += SECOND - 1;
    assertThat(entering()).isEmpty();
    now++;
    assertThat(entering()).containsExactly("a1");
  }

  @Test
  void whoeverGivesUpWaitingIsNotLetIn() {
    fill();
    arrive("a1");
    arrive("b1");
    assertThat(gate.withdraw("a1", "a")).isTrue();
    assertThat(gate.withdraw("a1", "a")).isFalse();
    assertThat(gate.withdraw("x1", "x")).isFalse();
    now += SECOND;
    assertThat(entering()).containsExactly("b1");
    assertThat(gate.withdraw("b1", "b")).isFalse();
    assertThat(gate.waiting()).isZero();
  }

  @Test
  void tellsWhenToComeAgain() {
    var busy = new FairGate<Integer, Integer>(1, 1_000, SECOND, now);
    assertThat(busy.retryAfterSeconds()).isEqualTo(1);
    int last = 0;
    for (int i = 0; i < 600; i++) {
      busy.arrive(i, i, now);
    }
    for (int i = 0; i < 500; i++) { // 50 a second for ten seconds
      now += SECOND / 50;
      busy.leave(last);
      Integer next = busy.next(now);
      last = next == null ? last : next;
    }
    assertThat(last).isEqualTo(500);
    assertThat(busy.waiting()).isEqualTo(99);
    assertThat(busy.retryAfterSeconds()).isBetween(2, 3);
  }

  private Answer arrive(String who) {
    return gate.arrive(who, who.substring(0, 1), now);
  }

  /// Two who stay as long as they may.
  private void fill() {
    arrive("y1");
    arrive("z1");
    assertThat(gate.waiting()).isZero();
  }

  private List<String> entering() {
    List<String> entering = new ArrayList<>();
    for (String next = gate.next(now); next != null; next = gate.next(now)) {
      entering.add(next);
    }
    return entering;
  }
}
