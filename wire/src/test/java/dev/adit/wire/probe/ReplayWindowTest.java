package dev.adit.wire.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ReplayWindowTest {
  @Test
  void acceptsEachCounterOnceInAnyOrderWithinTheWindow() {
    ReplayWindow window = new ReplayWindow();
    assertThat(window.accept(0)).isFalse();
    assertThat(window.accept(2)).isTrue();
    assertThat(window.accept(1)).isTrue();
    assertThat(window.accept(1)).isFalse();
    assertThat(window.accept(2048)).isTrue();
    assertThat(window.accept(2050)).isTrue();
    assertThat(window.accept(2)).isFalse();
    assertThat(window.accept(3)).isTrue();
  }

  /// Counters are unsigned: found by fuzzing, where a peer jumped over half of their range and then
  /// everything older was taken again.
  @Test
  void acceptsNothingThatLiesFartherBehindThanHalfOfAllCounters() {
    ReplayWindow window = new ReplayWindow();
    assertThat(window.accept(1)).isTrue();
    assertThat(window.accept(-6)).isTrue();
    assertThat(window.accept(1)).isFalse();
    assertThat(window.accept(2)).isFalse();
    assertThat(window.accept(-7)).isTrue();
  }

  @Test
  void agreesWithANaiveModel() {
    Random random = new Random(3);
    for (int run = 0; run < 50; run++) {
      ReplayWindow window = new ReplayWindow();
      Set<Long> seen = new HashSet<>();
      long highest = 0;
      long base = 1;
      for (int i = 0; i < 5_000; i++) {
        base += random.nextInt(100) == 0 ? random.nextInt(5_000) : random.nextInt(3);
        long counter = Math.max(0, base - random.nextInt(2_200));
        boolean expected =
            counter > 0 && highest - counter < ReplayWindow.SIZE && seen.add(counter);
        if (highest - counter >= ReplayWindow.SIZE) {
          expected = false;
        }
        highest = expected ? Math.max(highest, counter) : highest;
        assertThat(window.accept(counter)).isEqualTo(expected);
      }
    }
  }
}
