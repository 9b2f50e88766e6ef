package dev.adit.core.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import org.junit.jupiter.api.Test;

class NamesTest {
  @Test
  void aWishBecomesTheNearestLabel() {
    assertThat(Names.label("Ada's Laptop.local")).isEqualTo("ada-s-laptop-local");
    assertThat(Names.label("--x--")).isEqualTo("x");
    assertThat(Names.label("Müller_1")).isEqualTo("m-ller-1");
  }

  @Test
  void nothingLeftIsCalledNode() {
    assertThat(Names.label("")).isEqualTo("node");
    assertThat(Names.label("日本")).isEqualTo("node");
  }

  @Test
  void labelsStayWithin63AlsoWithANumber() {
    String label = Names.label("x".repeat(70));
    var taken = new HashSet<String>();
    for (int i = 0; i < 120; i++) {
      String name = Names.free(label, taken);
      assertThat(name).hasSizeLessThanOrEqualTo(63).startsWith(Names.stem(label));
      assertThat(taken.add(name)).isTrue();
    }
    assertThat(taken).contains("x".repeat(63), "x".repeat(61) + "-2", "x".repeat(59) + "-120");
  }
}
