package dev.adit.coordinator.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NetworkRoomTest {
  @Test
  void gathersChangesLongerTheMoreStreamsHearOfThem() {
    assertThat(NetworkRoom.rest(10)).isLessThan(50_000_000);
    assertThat(NetworkRoom.rest(1_000)).isEqualTo(200_000_000);
    assertThat(NetworkRoom.rest(100_000)).isEqualTo(500_000_000);
  }
}
