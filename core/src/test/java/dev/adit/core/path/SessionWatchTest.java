package dev.adit.core.path;

import static dev.adit.wire.wireguard.WireGuardMessage.DATA;
import static dev.adit.wire.wireguard.WireGuardMessage.INITIATION;
import static dev.adit.wire.wireguard.WireGuardMessage.RESPONSE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SessionWatchTest {
  private static final long SECOND = 1_000_000_000L;

  private final SessionWatch watch = new SessionWatch();

  @Test
  void dataWithoutASessionAsksForAHandshakeEveryFiveSeconds() {
    assertThat(watch.received(INITIATION, 0)).isFalse();
    assertThat(watch.received(DATA, SECOND)).isTrue();
    assertThat(watch.received(DATA, 2 * SECOND)).isFalse();
    assertThat(watch.received(DATA, 6 * SECOND - 1)).isFalse();
    assertThat(watch.received(DATA, 6 * SECOND)).isTrue();
  }

  @Test
  void aResponseOfEitherEndMakesASession() {
    assertThat(watch.received(RESPONSE, 0)).isFalse();
    assertThat(watch.received(DATA, 1)).isFalse();
    watch.restarted();
    assertThat(watch.received(DATA, 2)).isTrue();
    watch.passed(RESPONSE);
    assertThat(watch.received(DATA, 60 * SECOND)).isFalse();
  }
}
