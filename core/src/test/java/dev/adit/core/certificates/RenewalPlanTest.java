package dev.adit.core.certificates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.core.certificates.RenewalPlan.Validity;
import dev.adit.wire.MalformedException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RenewalPlanTest {
  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
  private static final Validity NINETY_DAYS = new Validity(NOW, NOW.plus(Duration.ofDays(90)));

  @Test
  void ordersAtOnceWhereThereIsNone() {
    assertThat(RenewalPlan.NEW.dueAt(NOW)).isEqualTo(NOW);
  }

  @Test
  void renewsWhenAThirdOfTheLifetimeIsLeft() {
    var plan = RenewalPlan.NEW.issued(NINETY_DAYS, NOW);
    assertThat(plan.dueAt(NOW)).isEqualTo(NOW.plus(Duration.ofDays(60)));
    Instant late = NOW.plus(Duration.ofDays(61));
    assertThat(plan.dueAt(late)).isBefore(late);
    var short6days = new Validity(NOW, NOW.plus(Duration.ofDays(6)));
    assertThat(RenewalPlan.NEW.having(short6days).dueAt(NOW))
        .isEqualTo(NOW.plus(Duration.ofDays(4)));
  }

  @Test
  void waitsOneMinuteAfterARefusalAndThenTwiceAsLongUpToHalfAnHour() {
    var plan = RenewalPlan.NEW;
    List<Long> minutes = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      plan = plan.refused(NOW, null);
      minutes.add(Duration.between(NOW, plan.dueAt(NOW)).toMinutes());
    }
    assertThat(minutes).containsExactly(1L, 2L, 4L, 8L, 16L, 30L, 30L, 30L);
    assertThat(plan.failures()).isEqualTo(8);
  }

  @Test
  void keepsTheOldCertificateAndItsWaitWhenARenewalIsRefused() {
    Instant later = NOW.plus(Duration.ofDays(60));
    var plan = RenewalPlan.NEW.issued(NINETY_DAYS, NOW).refused(later, null);
    assertThat(plan.validity()).isEqualTo(NINETY_DAYS);
    assertThat(plan.dueAt(later)).isEqualTo(later.plus(Duration.ofMinutes(1)));
    assertThat(plan.issued(NINETY_DAYS, later).failures()).isZero();
  }

  @Test
  void isAsPatientAsTheAuthorityAsksButNotForever() {
    assertThat(wait(Duration.ofHours(3))).isEqualTo(Duration.ofHours(3));
    assertThat(wait(Duration.ofDays(9))).isEqualTo(Duration.ofDays(1));
    assertThat(wait(Duration.ofSeconds(1))).isEqualTo(Duration.ofMinutes(1));
    assertThat(wait(Duration.ofSeconds(-9))).isEqualTo(Duration.ofMinutes(1));
  }

  private static Duration wait(Duration patience) {
    return Duration.between(NOW, RenewalPlan.NEW.refused(NOW, patience).dueAt(NOW));
  }

  @Test
  void keepsItsWaitOverARestart() throws Exception {
    var plan = RenewalPlan.NEW.refused(NOW, null).refused(NOW, null);
    var restarted = RenewalPlan.parse(plan.text());
    assertThat(restarted).isEqualTo(plan);
    assertThat(restarted.refused(NOW, null).dueAt(NOW)).isEqualTo(NOW.plus(Duration.ofMinutes(4)));
    for (String bad : List.of("", "1", "-1 2026-03-01T00:00:00Z", "x y", "1 yesterday")) {
      assertThatThrownBy(() -> RenewalPlan.parse(bad)).isInstanceOf(MalformedException.class);
    }
  }

  @Test
  void doesNotWaitForATimeThatOnlyAWrongClockCanHaveMeant() {
    var plan = RenewalPlan.NEW.refused(NOW.plus(Duration.ofDays(400)), null);
    assertThat(plan.dueAt(NOW)).isEqualTo(NOW);
  }

  @Test
  void doesNotOrderWithoutEndWhereCertificatesAreBornOld() {
    var old = new Validity(NOW.minusSeconds(100), NOW);
    assertThat(RenewalPlan.NEW.issued(old, NOW).dueAt(NOW)).isEqualTo(NOW.plusSeconds(10));
  }
}
