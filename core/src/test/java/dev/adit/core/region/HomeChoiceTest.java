package dev.adit.core.region;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The outcomes that derp §13.6 lists, and the rules around them.
class HomeChoiceTest {
  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000 * MILLI;

  private final HomeChoice choice = new HomeChoice();
  private long now;

  @Test
  void theFirstHomeIsTheNearest() {
    assertThat(measured(4_000, 5_000)).isEqualTo(1);
  }

  @Test
  void aGainOfLessThanAThirdMovesNobody() {
    assertThat(measured(4_000, 5_000)).isEqualTo(1);
    assertThat(measured(4_000, 3_000)).isEqualTo(1);
  }

  @Test
  void aGainOfAThirdAndOfTenMillisecondsDoes() {
    assertThat(measured(4_000, 5_000)).isEqualTo(1);
    assertThat(measured(4_000, 1_000)).isEqualTo(2);
  }

  @Test
  void aGainOfLessThanTenMillisecondsMovesNobody() {
    assertThat(measured(4, 5)).isEqualTo(1);
    assertThat(measured(4, 1)).isEqualTo(1);
  }

  @Test
  void tenMillisecondsAloneAreNotEnough() {
    assertThat(measured(34, 35)).isEqualTo(1);
    assertThat(measured(34, 23)).isEqualTo(1);
  }

  @Test
  void scoresCountButNotThoseOfZeroOrLess() {
    score(1, 2.0 / 3);
    assertThat(measured(10_000, 8_000)).isEqualTo(1);
    var other = new HomeChoice();
    for (double ignored : new double[] {0, -1}) {
      var scores = new TreeMap<Long, Double>();
      scores.put(1L, ignored);
      other.scoresChanged(scores);
      assertThat(other.measured(report(10_000, 8_000), now)).isEqualTo(2);
    }
  }

  @Test
  void theBestOfFiveMinutesCounts() {
    assertThat(measured(20, 100)).isEqualTo(1);
    now += 60 * SECOND;
    assertThat(measured(200, 100)).as("best(1) is 20 ms still").isEqualTo(1);
    now += 306 * SECOND;
    assertThat(measured(200, 100)).isEqualTo(2);
  }

  @Test
  void aHomeThatDoesNotAnswerIsLeftUnlessItsFramesStillCome() {
    assertThat(measured(20, 100)).isEqualTo(1);
    now += 10 * SECOND;
    choice.frameHeard(1, now - 7 * SECOND);
    assertThat(measured(0, 100)).as("heard 7 s ago").isEqualTo(1);
    now += 2 * SECOND;
    assertThat(measured(0, 100)).as("heard 9 s ago").isEqualTo(2);
  }

  @Test
  void aFrameSinceTheMeasurementBeganKeepsTheHome() {
    assertThat(measured(20, 100)).isEqualTo(1);
    long began = now;
    now += 20 * SECOND;
    choice.frameHeard(1, began + SECOND);
    assertThat(choice.measured(new RegionReport(began, latencies(0, 100)), now)).isEqualTo(1);
  }

  @Test
  void withoutAnyAnswerTheHomeStaysForTwoMinutesAfterItsLastFrame() {
    assertThat(measured(20, 100)).isEqualTo(1);
    choice.frameHeard(1, now);
    now += 120 * SECOND;
    assertThat(measured(0, 0)).isEqualTo(1);
    now += SECOND;
    assertThat(measured(0, 0)).isEqualTo(HomeChoice.NONE);
  }

  @Test
  void aForcedRegionWinsWhileItCanBeReached() {
    choice.forced(2);
    assertThat(measured(20, 100)).isEqualTo(2);
    now += 10 * SECOND;
    assertThat(measured(20, 0)).isEqualTo(1);
  }

  @Test
  void aRegionThatLeavesTheMapIsNoHome() {
    assertThat(measured(20, 100)).isEqualTo(1);
    choice.regionGone(1);
    assertThat(choice.home()).isEqualTo(HomeChoice.NONE);
  }

  private void score(long region, double score) {
    var scores = new TreeMap<Long, Double>();
    scores.put(region, score);
    choice.scoresChanged(scores);
  }

  private long measured(long first, long second) {
    return choice.measured(report(first, second), now);
  }

  private RegionReport report(long first, long second) {
    return new RegionReport(now, latencies(first, second));
  }

  /// Milliseconds; 0 for no answer.
  private static SortedMap<Long, Long> latencies(long first, long second) {
    var latencies = new TreeMap<Long, Long>();
    if (first > 0) {
      latencies.put(1L, first * MILLI);
    }
    if (second > 0) {
      latencies.put(2L, second * MILLI);
    }
    return latencies;
  }
}
