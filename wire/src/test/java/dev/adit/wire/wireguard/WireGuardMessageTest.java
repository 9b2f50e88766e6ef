package dev.adit.wire.wireguard;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class WireGuardMessageTest {
  @Test
  void knowsTheFourTypesByFirstWordAndExactLength() {
    assertThat(of(1, 148)).isEqualTo(WireGuardMessage.INITIATION);
    assertThat(of(2, 92)).isEqualTo(WireGuardMessage.RESPONSE);
    assertThat(of(3, 64)).isEqualTo(WireGuardMessage.COOKIE_REPLY);
    assertThat(of(4, 32)).isEqualTo(WireGuardMessage.DATA);
    assertThat(of(4, 1500)).isEqualTo(WireGuardMessage.DATA);
  }

  @Test
  void refusesOtherLengthsAndTypes() {
    for (int[] wrong :
        new int[][] {{1, 147}, {1, 149}, {2, 91}, {2, 148}, {3, 63}, {4, 31}, {0, 148}, {5, 148}}) {
      assertThat(of(wrong[0], wrong[1])).isEqualTo(WireGuardMessage.NONE);
    }
    assertThat(WireGuardMessage.of(new byte[0], 0, 0)).isEqualTo(WireGuardMessage.NONE);
  }

  @Test
  void refusesReservedBytesThatAreNotZero() {
    for (int at = 1; at < 4; at++) {
      byte[] message = message(4, 64);
      message[at] = 1;
      assertThat(WireGuardMessage.of(message, 0, 64)).isEqualTo(WireGuardMessage.NONE);
      assertThat(WireGuardMessage.of(MemorySegment.ofArray(message)))
          .isEqualTo(WireGuardMessage.NONE);
    }
  }

  @Test
  void readsInPlaceBehindAnOffset() {
    byte[] buffer = new byte[200];
    System.arraycopy(message(2, 92), 0, buffer, 7, 92);
    buffer[7 + 4] = 0x78;
    buffer[7 + 7] = (byte) 0x92;
    buffer[7 + 8] = 0x44;
    assertThat(WireGuardMessage.of(buffer, 7, 92)).isEqualTo(WireGuardMessage.RESPONSE);
    assertThat(WireGuardMessage.firstIndex(buffer, 7)).isEqualTo(0x92000078);
    assertThat(WireGuardMessage.responseReceiverIndex(buffer, 7)).isEqualTo(0x44);
  }

  @Test
  void arrayAndSegmentAgreeForAnyBytes() {
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      byte[] bytes = message(random.nextInt(6), random.nextInt(160));
      assertThat(WireGuardMessage.of(MemorySegment.ofArray(bytes)))
          .isEqualTo(WireGuardMessage.of(bytes, 0, bytes.length));
    }
  }

  @Test
  void tellsKeepAlivesFromPayload() {
    assertThat(WireGuardMessage.isKeepAlive(WireGuardMessage.DATA, 32)).isTrue();
    assertThat(WireGuardMessage.isKeepAlive(WireGuardMessage.DATA, 48)).isFalse();
    assertThat(WireGuardMessage.INITIATION.isHandshake()).isTrue();
    assertThat(WireGuardMessage.DATA.isHandshake()).isFalse();
  }

  private static WireGuardMessage of(int type, int length) {
    byte[] message = message(type, length);
    WireGuardMessage found = WireGuardMessage.of(message, 0, length);
    assertThat(WireGuardMessage.of(MemorySegment.ofArray(message))).isEqualTo(found);
    return found;
  }

  private static byte[] message(int type, int length) {
    byte[] message = new byte[length];
    if (length > 0) {
      message[0] = (byte) type;
    }
    return message;
  }
}
