package dev.adit.core.derp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.derp.PacketFrame;
import org.junit.jupiter.api.Test;

class MailboxTest {
  private final Mailbox mailbox = new Mailbox(() -> {}, (counter, n) -> {});

  @Test
  void awaitsTheDeparturesOf4096SendersAtMost() {
    int heard = 0;
    for (int i = 0; i <= 4096; i++) {
      deliver(key(i), false);
      assertThat(mailbox.poll()).isNotNull();
      heard += mailbox.takeFirstHeard() == null ? 0 : 1;
    }
    assertThat(heard).isEqualTo(4096);
    assertThat(mailbox.close()).hasSize(4096);
  }

  @Test
  void keeps32PacketsOfEachKind() {
    for (int i = 0; i < 33; i++) {
      deliver(key(1), true);
      deliver(key(2), false);
    }
    int packets = 0;
    while (mailbox.poll() != null) {
      packets++;
    }
    assertThat(packets).isEqualTo(64);
  }

  private void deliver(PublicKey source, boolean hasPriority) {
    mailbox.deliver(source, PacketFrame.recv(source, new byte[9], 0, 9), hasPriority);
  }

  private static PublicKey key(int number) {
    byte[] bytes = new byte[32];
    bytes[0] = (byte) number;
    bytes[1] = (byte) (number >> 8);
    return PublicKey.of(bytes);
  }
}
