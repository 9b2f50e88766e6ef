package dev.adit.core.control;

import static dev.adit.core.control.FakeCoordinator.RECORD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.wire.control.Context;
import dev.adit.wire.control.ControlMessage;
import dev.adit.wire.control.ControlMessage.NetworkMap;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.RelayRecord;
import java.util.ArrayList;
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

  /// A whole map takes the place of another one, however large both are.
  @Test
  void takesAWholeMapInPlaceOfAnother() {
    var first = map(0);
    var map = new HeldMap(first, FakeCoordinator.headRecord(1));
    var keys = List.of(RECORD.verifyingKey());
    map.replace(first, FakeCoordinator.headRecord(1), keys, 1);
    map.replace(map(600), FakeCoordinator.headRecord(1), keys, 1);
    assertThat(map.relays.records()).hasSize(600);
    assertThat(map.notes()).isEmpty();
  }

  private static NetworkMap map(int from) {
    List<Envelope> relays = new ArrayList<>();
    for (int i = from; i < from + 600; i++) {
      relays.add(signed(i, 1));
    }
    return FakeCoordinator.map(1, List.of(), relays, List.of());
  }

  private HeldRecords.Outcome<RelayRecord> offer(int number, long serial) {
    var keys = List.of(RECORD.verifyingKey());
    return held.offer(signed(number, serial), keys, RecordKind.RELAY.most());
  }

  private static Envelope signed(int number, long serial) {
    var description = FakeCoordinator.relay(0).description();
    var relay = new RelayRecord(FakeCoordinator.id(number), description, null, 1, 0, serial);
    return Envelope.sign(Context.RELAY, relay.body(), RECORD);
  }
}
