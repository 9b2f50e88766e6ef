package dev.adit.core.path;

import static dev.adit.wire.wireguard.WireGuardMessage.DATA;
import static dev.adit.wire.wireguard.WireGuardMessage.INITIATION;
import static dev.adit.wire.wireguard.WireGuardMessage.RESPONSE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.wireguard.WireGuardMessage;
import org.junit.jupiter.api.Test;

class SessionWatchTest {
  private static final long SECOND = 1_000_000_000L;

  private int greetings;
  private final SessionWatch watch = new SessionWatch(() -> greetings++);

  @Test
  void dataWithoutASessionAsksForGreetingsFirstEachSecond() {
    assertThat(received(INITIATION, 1, 0)).isFalse();
    assertThat(received(DATA, 1, SECOND)).isTrue();
    assertThat(received(DATA, 1, 2 * SECOND - 1)).isFalse();
    assertThat(received(DATA, 1, 2 * SECOND)).isTrue();
    assertThat(received(DATA, 1, 3 * SECOND)).isTrue();
    for (int at : new int[] {4, 9, 19, 39, 79, 119}) {
      assertThat(received(DATA, 1, at * SECOND - 1)).isFalse();
      assertThat(received(DATA, 1, at * SECOND)).as("at %s s", at).isTrue();
    }
  }

  @Test
  void dataForWhatOurWireGuardChoseIsOfASession() {
    sent(INITIATION, 7);
    assertThat(received(DATA, 7, 0)).isFalse();
    sent(RESPONSE, 8);
    assertThat(received(DATA, 8, 1)).isFalse();
    assertThat(received(DATA, 7, 2)).as("the one before").isFalse();
    assertThat(received(DATA, 9, 3)).isTrue();
  }

  /// The peer has answered, but not seen that its answer arrived.
  @Test
  void aPeerThatStaysWithItsOldSessionIsGreetedAgain() {
    sent(INITIATION, 7);
    watch.restarted(false, 0);
    assertThat(received(DATA, 7, 0)).isTrue();
    sent(INITIATION, 8);
    assertThat(received(RESPONSE, 5, 1)).isFalse();
    assertThat(received(DATA, 7, SECOND)).isTrue();
    assertThat(received(DATA, 8, 2 * SECOND)).isFalse();
  }

  @Test
  void aSecondLossIsNoticedAsSoonAsTheFirst() {
    for (int at = 0; at < 100; at++) {
      received(DATA, 7, at * SECOND);
    }
    sent(RESPONSE, 8);
    assertThat(received(DATA, 8, 100 * SECOND)).isFalse();
    assertThat(received(DATA, 9, 101 * SECOND - 1)).isFalse();
    assertThat(received(DATA, 9, 101 * SECOND)).isTrue();
  }

  /// What the peer sends passes beside the agent, so nobody sees which session it is for.
  @Test
  void greetsThreeTimesMoreUntilDataHasCome() {
    watch.restarted(true, 0);
    assertThat(greetings).isEqualTo(1);
    for (int at = 1; at <= 3; at++) {
      assertThat(watch.wakeAt()).isEqualTo(at * SECOND);
      watch.timeReached(at * SECOND - 1);
      assertThat(greetings).isEqualTo(at);
      watch.timeReached(at * SECOND);
      assertThat(greetings).isEqualTo(at + 1);
    }
    assertThat(watch.wakeAt()).isEqualTo(Long.MAX_VALUE);

    watch.restarted(true, 10 * SECOND);
    watch.read(new WireGuardReading(PublicKey.of(new byte[32]), null, 92, 148));
    assertThat(watch.wakeAt()).as("only the answer has come").isEqualTo(11 * SECOND);
    watch.read(new WireGuardReading(PublicKey.of(new byte[32]), null, 92 + 32, 148));
    assertThat(watch.wakeAt()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aHandshakeThatIsTriedForLongDoesNotPushOutTheSession() {
    sent(RESPONSE, 7);
    for (int i = 0; i < 40; i++) {
      sent(INITIATION, 100 + i);
    }
    assertThat(received(DATA, 7, 0)).isFalse();
  }

  private void sent(WireGuardMessage kind, int index) {
    watch.sent(kind, message(index), 3);
  }

  private boolean received(WireGuardMessage kind, int index, long now) {
    int before = greetings;
    watch.received(kind, message(index), 3, now);
    return greetings > before;
  }

  /// Little-endian at offset 4 of a message that begins at 3.
  private static byte[] message(int index) {
    byte[] bytes = new byte[160];
    bytes[7] = (byte) index;
    return bytes;
  }
}
