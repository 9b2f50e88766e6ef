package dev.adit.coordinator.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.control.CloseCode;
import dev.adit.core.coordinator.Refusal;
import dev.adit.net.metrics.Readings;
import dev.adit.wire.control.ErrorCode;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StreamReasonsTest {
  /// Of a stream, not of a join.
  private static final Set<String> NOT_OF_JOINS =
      Set.of("duplicate_machine", "not_joined", "version", "protocol");

  @Test
  void everyCodeOfTheProtocolIsCountedByItsName() {
    for (String code : ErrorCode.KNOWN) {
      if (NOT_OF_JOINS.contains(code)) {
        assertThat(Readings.label(StreamEnd.of(CloseCode.NORMAL, code, true))).isEqualTo(code);
      } else {
        assertThat(Readings.label(JoinRefusal.of(code))).isEqualTo(code);
      }
    }
    assertThat(ErrorCode.KNOWN).contains("rate_limited", "unavailable").hasSizeGreaterThan(12);
    assertThat(JoinRefusal.of("of_a_later_version")).isEqualTo(JoinRefusal.OTHER);
    assertThat(StreamEnd.of(CloseCode.NORMAL, "of_a_later_version", true))
        .isEqualTo(StreamEnd.OTHER);
  }

  @Test
  void theEndsOfTheSessionItselfAreTold() {
    assertThat(StreamEnd.of(CloseCode.NORMAL, "superseded", true)).isEqualTo(StreamEnd.SUPERSEDED);
    assertThat(StreamEnd.of(CloseCode.NORMAL, "silent for too long", true))
        .isEqualTo(StreamEnd.SILENT);
    assertThat(StreamEnd.of(CloseCode.NORMAL, "handshake not finished in time", false))
        .isEqualTo(StreamEnd.HANDSHAKE_TIMEOUT);
    assertThat(StreamEnd.of(CloseCode.HANDSHAKE_REFUSED, "handshake refused", false))
        .isEqualTo(StreamEnd.HANDSHAKE_REFUSED);
    assertThat(StreamEnd.of(CloseCode.PROTOCOL_ERROR, "does not open", true))
        .isEqualTo(StreamEnd.UNREADABLE);
    assertThat(StreamEnd.of(CloseCode.NORMAL, Refusal.notJoined().code(), true))
        .isEqualTo(StreamEnd.NOT_JOINED);
  }

  @Test
  void everyEndIsReadSomewhere() {
    assertThat(Stream.of(StreamEnd.values()).filter(end -> !end.beforeProof() && !end.afterProof()))
        .isEmpty();
  }

  @Test
  void everyReasonForAWholeMapIsKnown() {
    for (String reason : List.of("new", "old", "history", "generation")) {
      assertThat(Readings.label(FullMap.of(reason))).isEqualTo(reason);
    }
    assertThat(FullMap.of("of a later version")).isEqualTo(FullMap.OTHER);
  }
}
