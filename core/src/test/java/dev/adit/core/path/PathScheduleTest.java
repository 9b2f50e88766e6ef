package dev.adit.core.path;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.path.Disturbance.Kind;
import dev.adit.wire.probe.ProbeCipher;
import dev.adit.wire.probe.ProbeMessage;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Ten thousand seeded schedules of two agents, watched by a [PathChecker]; then machines with one
/// rule broken each, which the same checker must notice.
final class PathScheduleTest {
  private static final int SCHEDULES = 10_000;
  private static final int BROKEN = 400;
  private static final int LOSSY = 40; // percent
  private static final int PER_KIND = 2_000;

  private record Outcome(int seed, Schedule schedule, List<String> violations) {}

  @Test
  void holdsInTenThousandSchedules() {
    List<Outcome> outcomes = run(SCHEDULES, new PlainCipher(), PathRules.SPECIFIED);
    Map<Kind, Integer> ran = new EnumMap<>(Kind.class);
    Map<Kind, Integer> held = new EnumMap<>(Kind.class);
    List<String> failures = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      for (Kind kind : outcome.schedule.kinds) {
        ran.merge(kind, 1, Integer::sum);
        held.merge(kind, outcome.violations.isEmpty() ? 1 : 0, Integer::sum);
      }
      if (!outcome.violations.isEmpty()) {
        failures.add(
            "seed "
                + outcome.seed
                + " "
                + outcome.schedule.kinds
                + ": "
                + outcome.violations.getFirst());
      }
    }
    for (Kind kind : Kind.values()) {
      System.out.println(
          "path schedules with " + kind + ": " + held.get(kind) + " of " + ran.get(kind) + " held");
    }
    assertThat(failures).isEmpty();
    assertThat(ran.values()).allMatch(count -> count >= PER_KIND);
  }

  /// A relay that loses what the agents tell each other: no decision is followed twice.
  @Test
  void followsNoDecisionTwiceOverALossyRelay() {
    for (Outcome outcome : run(BROKEN, PathRules.SPECIFIED, LOSSY)) {
      assertThat(outcome.violations).noneMatch(violation -> violation.contains("heard before"));
    }
  }

  /// The same over really sealed bytes.
  @Test
  void holdsWithSealedProbes() {
    for (Outcome outcome : run(100, ProbeCipher.CHACHA_POLY, PathRules.SPECIFIED)) {
      assertThat(outcome.violations)
          .as("seed %d", outcome.seed)
          .filteredOn(violation -> violation.contains("lost") || violation.contains("but B"))
          .isEmpty();
    }
  }

  @Test
  void noticesAMachineThatIgnoresTheFullSizeFlag() {
    assertThat(
            violations(
                new PathRules() {
                  @Override
                  boolean provesFullSize(boolean pingWasFullSize, ProbeMessage.Pong pong) {
                    return true;
                  }
                }))
        .anyMatch(violation -> violation.contains("without a full-size answer"));
  }

  @Test
  void noticesAMachineWhoseTrustNeverEnds() {
    assertThat(
            violations(
                new PathRules() {
                  @Override
                  long trustEnds(long until) {
                    return Long.MAX_VALUE;
                  }
                }))
        .anyMatch(violation -> violation.contains("without any answer"))
        .anyMatch(violation -> violation.contains("lost"));
  }

  @Test
  void noticesAMachineThatTakesEveryPingForAProofOfItsAnswers() {
    assertThat(
            violations(
                new PathRules() {
                  @Override
                  boolean provesAnswer(ProbeMessage.Ping ping, int answered) {
                    return true;
                  }
                }))
        .anyMatch(violation -> violation.contains("without any answer"));
  }

  @Test
  void noticesAMachineThatIgnoresThePeersDemotion() {
    assertThat(
            violations(
                new PathRules() {
                  @Override
                  boolean obeysRelayDecision(ProbeMessage.Path path) {
                    return false;
                  }
                }))
        .anyMatch(violation -> violation.contains("although the peer left"));
  }

  @Test
  void noticesAMachineThatTakesAnOldEpochForNew() {
    assertThat(
            violations(
                10 * BROKEN, // a decision that comes twice, and late, is rare
                new PathRules() {
                  @Override
                  boolean isNewer(int epoch, int lastHeard) {
                    return Integer.compareUnsigned(epoch, lastHeard) >= 0;
                  }
                },
                LOSSY))
        .anyMatch(violation -> violation.contains("heard before"));
  }

  private static List<String> violations(PathRules broken) {
    return violations(BROKEN, broken, 0);
  }

  private static List<String> violations(int count, PathRules broken, int relayLoss) {
    List<String> all = new ArrayList<>();
    for (Outcome outcome : run(count, broken, relayLoss)) {
      all.addAll(outcome.violations);
    }
    return all;
  }

  private static List<Outcome> run(int count, PathRules rules, int relayLoss) {
    return run(
        count, seed -> new Schedule(seed, new PlainCipher(), rules).withLossyRelay(relayLoss));
  }

  private static List<Outcome> run(int count, ProbeCipher cipher, PathRules rules) {
    return run(count, seed -> new Schedule(seed, cipher, rules));
  }

  /// Schedules are independent of each other, so both processors may run them.
  private static List<Outcome> run(int count, IntFunction<Schedule> schedules) {
    return IntStream.range(0, count)
        .parallel()
        .mapToObj(seed -> {
          Schedule schedule = schedules.apply(seed);
          return new Outcome(seed, schedule, schedule.run());
        })
        .toList();
  }
}
