package dev.adit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Queue;
import org.junit.jupiter.api.Test;

class ReadinessTest {
  private static final long SECOND = 1_000_000_000L;
  private static final String FULL =
      "the coordinator cannot write now (disk full); next try in 30 s";
  private static final String GOES_ON =
      "; the agent keeps trying, adit status tells how it goes, adit down ends it";

  private final Words progress = new Words();
  private final Queue<String> said = progress.said;

  @Test
  void isUsableWithInterfaceMapAndRelay() {
    var readiness = new Readiness(progress, 0, 0);
    readiness.mapHeld(true);
    readiness.configured();
    assertThat(readiness.becameUsable()).isFalse();
    readiness.relay(true);
    assertThat(readiness.becameUsable()).isTrue();
    assertThat(readiness.becameUsable()).as("told once").isFalse();
    assertThat(readiness.wakeAt()).isEqualTo(Long.MAX_VALUE);
    readiness.timeReached(60 * SECOND);
    assertThat(said).isEmpty();
  }

  @Test
  void saysWhatIsAwaitedAfterASecondAndThenWhatIsNew() {
    var readiness = new Readiness(progress, 0, 0);
    readiness.coordinatorLost("no answer");
    assertThat(readiness.wakeAt()).isEqualTo(SECOND);
    readiness.timeReached(SECOND);
    readiness.timeReached(2 * SECOND);
    readiness.mapHeld(true);
    readiness.timeReached(3 * SECOND);
    readiness.configured();
    readiness.timeReached(4 * SECOND);
    readiness.timeReached(5 * SECOND);
    assertThat(said)
        .containsExactly(
            "awaiting waiting for the coordinator: no answer",
            "awaiting waiting for the interface",
            "awaiting waiting for the relay");
  }

  @Test
  void saysAfterTenSecondsWhatIsMissing() {
    var readiness = new Readiness(progress, 0, 0);
    readiness.coordinatorLost("no answer");
    readiness.timeReached(10 * SECOND);
    readiness.timeReached(11 * SECOND);
    assertThat(said)
        .containsExactly("waiting no map from the coordinator within 10 s (no answer)" + GOES_ON);
  }

  @Test
  void waitsAsLongAsTheCoordinatorAsksForAndSaysSoOnce() {
    var readiness = new Readiness(progress, 0, 0);
    readiness.postponed("unavailable", FULL, 30 * SECOND, SECOND);
    readiness.timeReached(36 * SECOND);
    readiness.postponed("unavailable", FULL, 30 * SECOND, 36 * SECOND);
    readiness.timeReached(72 * SECOND);
    assertThat(said)
        .containsExactly("note " + FULL, "awaiting waiting for the coordinator: " + FULL);
    readiness.postponed("busy", "busy; next try in 2 s", 2 * SECOND, 73 * SECOND);
    assertThat(said).last().isEqualTo("note busy; next try in 2 s");
    readiness.mapHeld(true);
    readiness.configured();
    readiness.relay(true);
    assertThat(readiness.becameUsable()).isTrue();
  }

  @Test
  void givesUpTenSecondsAfterTheTimeTheCoordinatorNamed() {
    var readiness = new Readiness(progress, 0, 0);
    readiness.postponed("busy", "busy", 10 * SECOND, 0);
    readiness.timeReached(21 * SECOND);
    assertThat(said).noneMatch(line -> line.startsWith("waiting "));
    readiness.timeReached(22 * SECOND);
    assertThat(said).last().asString().startsWith("waiting no map from the coordinator");
  }

  @Test
  void doesNotWaitForWhatComesAfterTheUsersTimeLimit() {
    var readiness = new Readiness(progress, 20, 0);
    readiness.postponed("unavailable", FULL, 30 * SECOND, SECOND);
    readiness.timeReached(20 * SECOND);
    assertThat(said).containsExactly("waiting " + FULL + GOES_ON);
  }

  @Test
  void theUsersTimeLimitHoldsWhateverTheCoordinatorAsks() {
    var readiness = new Readiness(progress, 20, 0);
    readiness.postponed("busy", "busy; next try in 15 s", 15 * SECOND, SECOND);
    readiness.timeReached(19 * SECOND);
    readiness.timeReached(20 * SECOND);
    assertThat(said)
        .containsExactly(
            "note busy; next try in 15 s",
            "awaiting waiting for the coordinator: busy; next try in 15 s",
            "waiting no map from the coordinator within 20 s (busy; next try in 15 s)" + GOES_ON);
  }
}
