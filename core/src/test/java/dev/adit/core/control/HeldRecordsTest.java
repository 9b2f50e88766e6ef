package dev.adit.core.control;

import static dev.adit.core.control.FakeCoordinator.RECORD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.wire.control.Context;
import dev.adit.wire.control.ControlMessage;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.RelayRecord;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeldRecordsTest {
  private final HeldRecords<RelayRecord> held =
      new HeldRecords<>(RecordKind.RELAY, FakeCoordinator.NETWORK);

  /// However many deltas a coordinator sends.
  @Test
  void holdsNoMoreThanOneMapMayHold() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(offer(i, 1)).isInstanceOf(HeldRecords.Outcome.Taken.class);
    }
    assertThat(offer(1_000, 1))
        .isEqualTo(new HeldRecords.Outcome.Bad<>("more than 1000 relay records"));
    assertThat(offer(7, 2)).isInstanceOf(HeldRecords.Outcome.Taken.class);
    held.remove(FakeCoordinator.id(7));
    assertThat(offer(1_000, 1)).isInstanceOf(HeldRecords.Outcome.Taken.class);
    assertThat(RecordKind.NODE.most()).isEqualTo(ControlMessage.MAX_NODES).isEqualTo(10_000);
  }

  private HeldRecords.Outcome<RelayRecord> offer(int number, long serial) {
    var relay =
        new RelayRecord(
            FakeCoordinator.id(number), FakeCoordinator.relay(0).description(), null, 1, 0, serial);
    return held.offer(
        Envelope.sign(Context.RELAY, relay.body(), RECORD), List.of(RECORD.verifyingKey()));
  }
}
