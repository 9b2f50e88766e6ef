package dev.adit.core.derp;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.derp.DerpFrame.PeerPresent;
import dev.adit.wire.derp.PacketFrame;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MailboxTest implements DerpCounts {
  private final Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
  private final Mailbox mailbox = new Mailbox(() -> {}, 32, this);

  @Override
  public void add(DerpCounter counter, long amount) {}

  @Override
  public void dropped(DropReason reason, PacketKind kind, long packets, long bytes) {
    drops.merge(reason, packets, Long::sum);
  }

  @Test
  void keeps512PacketsWhileTheClientTakesBytesAnd32WhenItDoesNot() {
    for (int i = 0; i < 600; i++) {
      deliver(key(1), PacketKind.OTHER, i);
    }
    assertThat(drops).containsOnly(Map.entry(DropReason.QUEUE_HEAD, 88L));
    mailbox.blocked(true);
    deliver(key(1), PacketKind.OTHER, 600);
    assertThat(drops).containsOnly(Map.entry(DropReason.QUEUE_HEAD, 569L));
    for (int i = 569; i <= 600; i++) {
      byte[] frame = requireNonNull(mailbox.poll(null)).exact();
      assertThat(frame).isEqualTo(PacketFrame.recv(key(1), data(i), 0, i));
    }
    assertThat(mailbox.poll(null)).isNull();
  }

  @Test
  void keeps32PacketsOfEachKind() { // derp §17.17
    mailbox.blocked(true);
    for (int i = 0; i < 33; i++) {
      deliver(key(1), PacketKind.PROBE, 9);
      deliver(key(2), PacketKind.OTHER, 9);
    }
    int packets = 0;
    @Nullable QueuedFrame spare = null;
    for (var frame = mailbox.poll(null); frame != null; frame = mailbox.poll(spare)) {
      packets++;
      spare = frame;
    }
    assertThat(packets).isEqualTo(64);
    assertThat(drops).containsOnly(Map.entry(DropReason.QUEUE_HEAD, 2L));
  }

  @Test
  void packetsOfEverySizeComeOutAsTheyWentIn() {
    List<byte[]> expected = new ArrayList<>();
    @Nullable QueuedFrame spare = null;
    for (int round = 0; round < 100; round++) {
      for (int i = 0; i < round % 9; i++) {
        int length = round * 131 % 3000 + i;
        deliver(key(i), PacketKind.OTHER, length);
        expected.add(PacketFrame.recv(key(i), data(length), 0, length));
      }
      for (int i = 0; i < round % 7 && !expected.isEmpty(); i++) {
        var frame = requireNonNull(mailbox.poll(spare));
        assertThat(frame.exact()).isEqualTo(expected.removeFirst());
        spare = frame;
      }
      if (round % 20 == 19) {
        for (var frame = mailbox.poll(null); frame != null; frame = mailbox.poll(null)) {
          assertThat(frame.exact()).isEqualTo(expected.removeFirst());
        }
        mailbox.trim();
      }
    }
  }

  @Test
  void whatWaitsWhenTheClientLeavesIsCountedAsDropped() {
    deliver(key(1), PacketKind.OTHER, 9);
    mailbox.close();
    deliver(key(1), PacketKind.OTHER, 9);
    assertThat(drops).containsOnly(Map.entry(DropReason.GONE, 2L));
    assertThat(mailbox.poll(null)).isNull();
  }

  @Test
  void keepsTheLastWordOnEachWatchedKey() {
    for (int i = 0; i < 1000; i++) {
      var present = new PeerPresent(key(i % 3), null, 1);
      mailbox.watched(key(i % 3), i % 2 == 0 ? present : null);
    }
    int news = 0;
    for (var frame = mailbox.poll(null); frame != null; frame = mailbox.poll(null)) {
      news++;
    }
    assertThat(news).isEqualTo(3);
  }

  private void deliver(PublicKey source, PacketKind kind, int length) {
    byte[] header = PacketFrame.recvHeader(source);
    PacketFrame.setLength(header, length);
    mailbox.deliver(source, kind, header, data(length), 0, length, 1);
  }

  private static byte[] data(int length) {
    byte[] data = new byte[length];
    for (int i = 0; i < length; i++) {
      data[i] = (byte) (i * 31 + length);
    }
    return data;
  }

  private static PublicKey key(int number) {
    byte[] bytes = new byte[32];
    bytes[0] = (byte) number;
    bytes[1] = (byte) (number >> 8);
    return PublicKey.of(bytes);
  }
}
