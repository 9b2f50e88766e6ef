package dev.adit.core.derp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.admission.OpenAdmission;
import dev.adit.crypto.PublicKey;
import org.junit.jupiter.api.Test;

class HearingTest {
  private final DerpBench bench = new DerpBench(new OpenAdmission());
  private final Mailbox mailbox = new Mailbox(() -> {}, 32, bench);
  private final Hearing hearing = new Hearing(bench.router, mailbox);

  @Test
  void awaitsTheDeparturesOf4096SendersAtMost() { // derp §17.22
    for (int i = 0; i < 5000; i++) {
      hearing.heard(key(i));
    }
    assertThat(hearing.awaited()).hasSize(4096);
  }

  @Test
  void awaitsASenderAnewWhenItHasLeft() {
    var sender = bench.connect();
    hearing.heard(sender.publicKey());
    hearing.heard(sender.publicKey());
    assertThat(mailbox.isEmpty()).isTrue();
    sender.leave();
    var news = mailbox.poll(null);
    assertThat(news == null ? null : news.source).isEqualTo(sender.publicKey());
    hearing.departed(sender.publicKey());
    assertThat(hearing.awaited()).isEmpty();
    hearing.heard(sender.publicKey()); // it sent this before it left
    assertThat(mailbox.isEmpty()).isFalse();
  }

  private static PublicKey key(int number) {
    byte[] bytes = new byte[32];
    bytes[0] = (byte) number;
    bytes[1] = (byte) (number >> 8);
    return PublicKey.of(bytes);
  }
}
