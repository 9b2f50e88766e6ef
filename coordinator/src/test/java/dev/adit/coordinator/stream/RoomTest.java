package dev.adit.coordinator.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RoomTest {
  @Test
  void gathersChangesLongerTheMoreStreamsHearOfThem() {
    assertThat(Room.rest(10)).isLessThan(50_000_000);
    assertThat(Room.rest(1_000)).isEqualTo(200_000_000);
    assertThat(Room.rest(100_000)).isEqualTo(500_000_000);
  }
}
