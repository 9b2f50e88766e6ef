package dev.adit.wire.wireguard;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Any datagram is one kind of WireGuard message or none, wherever it lies in its buffer.
class WireGuardMessageFuzzTest {
  @FuzzTest
  void anyDatagramIsClassified(byte @NotNull @WithLength(max = 2048) [] datagram) {
    var kind = WireGuardMessage.of(datagram, 0, datagram.length);
    byte[] buffer = new byte[7 + datagram.length];
    Arrays.fill(buffer, (byte) 4);
    System.arraycopy(datagram, 0, buffer, 7, datagram.length);
    assertThat(WireGuardMessage.of(buffer, 7, datagram.length)).isEqualTo(kind);
    assertThat(WireGuardMessage.of(MemorySegment.ofArray(datagram))).isEqualTo(kind);
    switch (kind) {
      case NONE -> assertThat(kind.isHandshake()).isFalse();
      case INITIATION -> assertThat(datagram).hasSize(148);
      case RESPONSE -> {
        assertThat(datagram).hasSize(92);
        assertThat(WireGuardMessage.responseReceiverIndex(buffer, 7))
            .isEqualTo(WireGuardMessage.responseReceiverIndex(datagram, 0));
      }
      case COOKIE_REPLY -> assertThat(datagram).hasSize(64);
      case DATA ->
          assertThat(WireGuardMessage.isKeepAlive(kind, datagram.length))
              .isEqualTo(datagram.length == 32);
    }
  }
}
