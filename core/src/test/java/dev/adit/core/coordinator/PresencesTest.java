package dev.adit.core.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.wire.IpAddress;
import dev.adit.wire.control.ControlMessage.NodePresence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Control R-PRES-1, R-PRES-2, R-PRES-4.
class PresencesTest {
  private static final IpAddress SEEN = IpAddress.literal("203.0.113.2");
  private static final UUID A = node(1);
  private static final UUID B = node(2);
  private static final UUID RELAY = node(99);

  private final Presences presences = new Presences();
  private long now = at(1000);

  @BeforeEach
  void twoNodesOnLine() {
    presences.sized(2);
    presences.opened(A, 1, SEEN);
    presences.opened(B, 2, SEEN);
    assertThat(drain()).hasSize(1);
  }

  @Test
  void aChangeAfterQuietIsDueAtOnce() {
    presences.told(B, 2, 1, RELAY, null, List.of());
    assertThat(presences.wakeAt()).isLessThanOrEqualTo(now);

    var batch = drain().getFirst();
    assertThat(batch.stream()).isEqualTo(1);
    assertThat(batch.nodes().getFirst().relay()).isEqualTo(RELAY);
    assertThat(batch.nodes().getFirst().seen()).isEqualTo(SEEN);
    assertThat(presences.wakeAt()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void manyChangesAreGatheredAndOnlyTheLastIsTold() {
    now = at(5000);
    int messages = 0;
    long counter = 0;
    for (int millis = 0; millis < 10_000; millis += 10) {
      now = at(5000 + millis);
      presences.told(B, 2, ++counter, RELAY, null, List.of());
      messages += drain().size();
    }
    assertThat(messages).isBetween(40, 44);
    now = at(20_000);
    assertThat(drain().getLast().nodes().getFirst().counter()).isEqualTo(counter);
  }

  @Test
  void whatIsOlderOrOfAnotherStreamIsIgnored() {
    presences.told(B, 2, 5, RELAY, null, List.of());
    drain();
    presences.told(B, 2, 5, null, null, List.of());
    presences.told(B, 1, 9, null, null, List.of());
    assertThat(drain()).isEmpty();
    assertThat(presences.of(B)).extracting(NodePresence::relay).isEqualTo(RELAY);
  }

  @Test
  void anOldStreamsEndDoesNotTakeTheNewOneOffLine() {
    presences.opened(B, 3, SEEN);
    presences.closed(B, 2);
    assertThat(drain().getFirst().nodes().getFirst().online()).isTrue();
    presences.closed(B, 3);
    assertThat(drain().getFirst().nodes().getFirst().online()).isFalse();
  }

  /// C-26: every node restarts once within 10 s, and says where it is; each watches 256 others.
  @Test
  void aMassRestartCostsAWatcherAtMostFiftyMessages() {
    int size = 1_000;
    var all = new Presences();
    all.sized(size);
    for (int i = 0; i < size; i++) {
      all.opened(node(i), 1_000L + i, SEEN);
      watch(all, i, 1_000L + i, size);
    }
    now = at(60_000);
    all.due(now);
    now = at(70_000);
    all.due(now);
    var messages = new int[size];
    for (int millis = 0; millis < 16_000; millis += 10) {
      now = at(80_000L + millis);
      if (millis < 10_000) {
        int i = millis / 10;
        long stream = 5_000L + i;
        all.closed(node(i), 1_000L + i);
        all.opened(node(i), stream, SEEN);
        messages[i] += watch(all, i, stream, size);
        all.told(node(i), stream, 1, RELAY, null, List.of());
      }
      for (var batch : all.due(now)) {
        messages[(int) (batch.stream() % 1_000)]++;
      }
    }
    assertThat(all.wakeAt()).as("all is told").isEqualTo(Long.MAX_VALUE);
    assertThat(Arrays.stream(messages).max().orElseThrow()).isBetween(5, 50);
  }

  private static int watch(Presences all, int i, long stream, int size) {
    var wished = new ArrayList<UUID>();
    for (int k = 1; k <= Presences.MOST_WATCHED; k++) {
      wished.add(node((i + k) % size));
    }
    return all.watched(stream, wished, List.of(node(i))).isEmpty() ? 0 : 1;
  }

  /// C-25.
  @Test
  void onlyWatchersHear() {
    presences.sized(3);
    UUID c = node(3);
    presences.opened(c, 3, SEEN);
    drain();
    assertThat(presences.watched(1, List.of(c), List.of(A, B, c))).hasSize(1);
    presences.told(B, 2, 1, RELAY, null, List.of());
    assertThat(drain()).extracting(Presences.Batch::stream).containsExactly(3L);
  }

  @Test
  void whoWatchesAllAlsoWatchesWhoComesLater() {
    presences.watched(1, List.of(B), List.of(A, B));
    presences.sized(3);
    presences.opened(node(3), 3, SEEN);
    assertThat(drain()).extracting(Presences.Batch::stream).contains(1L);
  }

  @Test
  void aLargeNetworkIsToldOnlyOfWhatWasAskedFor() {
    presences.sized(257);
    presences.told(B, 2, 1, RELAY, null, List.of());
    assertThat(drain()).isEmpty();
    assertThat(presences.watched(1, List.of(B), List.of(A, B, node(3)))).hasSize(1);
    presences.told(B, 2, 2, null, null, List.of());
    assertThat(drain()).hasSize(1);
  }

  @Test
  void aRemovedNodeIsForgotten() {
    presences.removed(B);
    assertThat(presences.of(B)).isNull();
    assertThat(presences.online(A)).isEmpty();
  }

  private List<Presences.Batch> drain() {
    return new ArrayList<>(presences.due(now));
  }

  private static long at(long millis) {
    return millis * 1_000_000L;
  }

  private static UUID node(int i) {
    return new UUID(0x019a000000007000L, 0x8000000000000000L | i);
  }
}
