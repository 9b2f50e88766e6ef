package dev.adit.core.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.control.Reconnect.Target;
import dev.adit.wire.IpAddress;
import dev.adit.wire.control.HttpsUrl;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Control R-AG-5, R-AG-6 and R-DB-6.
class ReconnectTest {
  private static final long SECOND = 1_000_000_000L;
  private static final HttpsUrl A = HttpsUrl.literal("https://a.example.org");
  private static final HttpsUrl B = HttpsUrl.literal("https://b.example.org");
  private static final HttpsUrl C = HttpsUrl.literal("https://c.example.org");
  private static final HttpsUrl D = HttpsUrl.literal("https://d.example.org");
  private static final HttpsUrl E = HttpsUrl.literal("https://e.example.org");
  private static final IpAddress HERE = IpAddress.of(new byte[] {(byte) 203, 0, 113, 10});

  private final Random random = new Random(1);
  private final ArrayDeque<Target> open = new ArrayDeque<>();
  private long now = 1_000 * SECOND;
  private Reconnect reconnect = new Reconnect(List.of(A), null, random, now);

  @Test
  void triesAtOnceThenWithGrowingPauses() {
    assertThat(polled()).containsExactly(target(A));
    assertThat(pauseAfterFailure()).isBetween(0L, SECOND / 2);
    assertThat(pauseAfterFailure()).isBetween(SECOND / 2, SECOND);
    assertThat(pauseAfterFailure()).isBetween(SECOND, 2 * SECOND);
    assertThat(pauseAfterFailure()).isBetween(2 * SECOND, 4 * SECOND);
    while (now < 1_110 * SECOND) {
      assertThat(pauseAfterFailure()).isBetween(5 * SECOND / 2, 5 * SECOND);
    }
    now = 1_120 * SECOND;
    for (int i = 0; i < 20; i++) {
      assertThat(pauseAfterFailure()).isBetween(30 * SECOND, 60 * SECOND);
    }
  }

  @Test
  void beginsWithWhatWorkedLastThenItsAddressThenTheOthersInAnyOrder() {
    Set<List<Target>> orders = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      reconnect = new Reconnect(List.of(A, B, C, D), new Target(C, HERE), random, now);
      List<Target> tried = new ArrayList<>();
      for (int n = 0; n < 5; n++) {
        List<Target> next = polled();
        assertThat(next).hasSize(1);
        tried.addAll(next);
        fail();
      }
      assertThat(tried.subList(0, 2)).containsExactly(target(C), new Target(C, HERE));
      assertThat(tried.subList(2, 5)).containsExactlyInAnyOrder(target(A), target(B), target(D));
      orders.add(tried);
    }
    assertThat(orders).hasSize(6);
  }

  @Test
  void triesTheNextAfterTwoSecondsAndThreeAtOnce() {
    reconnect = new Reconnect(List.of(A, B, C, D, E), null, random, now);
    assertThat(polled()).containsExactly(target(A));
    for (int open = 2; open <= 3; open++) {
      assertThat(reconnect.wakeAt()).isEqualTo(now + 2 * SECOND);
      now += 2 * SECOND - 1;
      assertThat(polled()).isEmpty();
      now++;
      assertThat(polled()).hasSize(1);
    }
    assertThat(reconnect.wakeAt()).isEqualTo(Long.MAX_VALUE);
    now += 60 * SECOND;
    assertThat(polled()).isEmpty();
    fail();
    assertThat(polled()).hasSize(1);
    fail();
    assertThat(polled()).hasSize(1);
    fail();
    fail();
    assertThat(polled()).isEmpty();
    fail();
    assertThat(reconnect.wakeAt()).isBetween(now, now + SECOND / 2);
  }

  @Test
  void aStreamThatWasUpForLongIsFollowedByAShortPause() {
    growImpatient();
    welcomed(target(A), HERE, now);
    assertThat(reconnect.wakeAt()).isEqualTo(Long.MAX_VALUE);
    now += 300 * SECOND;
    reconnect.lost(now);
    assertThat(reconnect.wakeAt()).isBetween(now, now + SECOND / 2);
    now = reconnect.wakeAt();
    assertThat(polled()).containsExactly(target(A));
  }

  @Test
  void aStreamThatWasUpForAMomentIsNot() {
    growImpatient();
    welcomed(target(A), null, now);
    now += SECOND;
    reconnect.lost(now);
    assertThat(reconnect.wakeAt()).isBetween(now + SECOND / 2, now + SECOND);
  }

  @Test
  void givesUpTheOtherTriesOfARoundOnceOneIsWelcomed() {
    reconnect = new Reconnect(List.of(A, B), null, random, now);
    polled();
    now += 2 * SECOND;
    assertThat(polled()).containsExactly(target(B));
    welcomed(target(B), HERE, now);
    assertThat(polled()).isEmpty();
    assertThat(reconnect.lastGood()).isEqualTo(new Target(B, HERE));
    reconnect.lost(now);
    now = reconnect.wakeAt();
    assertThat(polled()).containsExactly(target(B));
  }

  @Test
  void keepsThePauseThatWasAskedForWhateverHappens() {
    polled();
    reconnect.waitFor(100 * SECOND, now);
    fail();
    assertThat(reconnect.wakeAt()).isBetween(now + 80 * SECOND, now + 120 * SECOND);
    long asked = reconnect.wakeAt();
    reconnect.hurry(now);
    assertThat(reconnect.wakeAt()).isEqualTo(asked);
    now = asked;
    assertThat(polled()).containsExactly(target(A));
    assertThat(pauseAfterFailure()).isLessThanOrEqualTo(SECOND);
  }

  @Test
  void aPauseThatWasAskedForLongAgoIsOver() {
    polled();
    welcomed(target(A), null, now);
    reconnect.waitFor(30 * SECOND, now);
    now += 400 * SECOND;
    reconnect.lost(now);
    assertThat(reconnect.wakeAt()).isBetween(now + 1, now + SECOND / 2);
  }

  @Test
  void aSignThatItWorksAllowsOneRoundAtOnce() {
    growImpatient();
    fail();
    assertThat(reconnect.wakeAt()).isGreaterThan(now);
    reconnect.hurry(now);
    assertThat(polled()).containsExactly(target(A));
    reconnect.hurry(now);
    assertThat(polled()).isEmpty();
    assertThat(pauseAfterFailure()).isGreaterThan(SECOND);
  }

  @Test
  void aWelcomeThatIsNotTrustedIsAFailedTry() {
    growImpatient();
    reconnect.urls(List.of(B));
    welcomed(target(B), HERE, now);
    reconnect.refused(now);
    assertThat(reconnect.wakeAt()).isGreaterThanOrEqualTo(now + 5 * SECOND / 2);
    assertThat(reconnect.lastGood()).isNull();
    now = reconnect.wakeAt();
    assertThat(polled()).containsExactly(target(B));
  }

  @Test
  void waitsTenSecondsWhenTakenOver() {
    polled();
    welcomed(target(A), null, now);
    reconnect.superseded(now);
    reconnect.lost(now);
    assertThat(reconnect.wakeAt()).isBetween(now + 8 * SECOND, now + 12 * SECOND);
  }

  @Test
  void goesWhereADrainingCoordinatorSendsIt() {
    reconnect = new Reconnect(List.of(A, B), null, random, now);
    polled();
    welcomed(target(A), null, now);
    reconnect.drained(List.of(D));
    now += SECOND;
    reconnect.lost(now);
    assertThat(polled()).containsExactly(target(D));
    fail();
    assertThat(polled()).containsExactly(target(A));
    fail();
    assertThat(polled()).containsExactly(target(B));
    assertThat(pauseAfterFailure()).isPositive();
    assertThat(reconnect.wakeAt()).isGreaterThanOrEqualTo(now);
  }

  @Test
  void anIdentitysUrlsReplaceTheList() {
    polled();
    reconnect.urls(List.of(B, C));
    welcomed(target(A), null, now);
    reconnect.lost(now);
    now = reconnect.wakeAt();
    List<Target> tried = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      tried.addAll(polled());
      fail();
    }
    assertThat(tried.getFirst()).isEqualTo(target(A)); // it worked
    assertThat(tried).containsExactlyInAnyOrder(target(A), target(B), target(C));
  }

  private static Target target(HttpsUrl url) {
    return new Target(url, null);
  }

  private void welcomed(Target by, @Nullable IpAddress address, long at) {
    open.clear();
    reconnect.welcomed(by, address, at);
  }

  private void growImpatient() {
    polled();
    for (int i = 0; i < 6; i++) {
      pauseAfterFailure();
    }
  }

  /// The only try fails; the next one has begun when this returns.
  private long pauseAfterFailure() {
    fail();
    long pause = reconnect.wakeAt() - now;
    now = reconnect.wakeAt();
    assertThat(polled()).isNotEmpty();
    return pause;
  }

  /// The try that has lasted longest fails.
  private void fail() {
    reconnect.failed(open.removeFirst(), now);
  }

  private List<Target> polled() {
    reconnect.timeReached(now);
    List<Target> targets = new ArrayList<>();
    for (Target next = reconnect.poll(now); next != null; next = reconnect.poll(now)) {
      targets.add(next);
    }
    open.addAll(targets);
    return targets;
  }
}
