package dev.adit.core.derp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class PacketKindTest {
  @Test
  void tellsTheFirstBytesAndTheLength() {
    assertThat(kind("5453f09f92ac", 62)).isEqualTo(PacketKind.DISCO);
    assertThat(kind("5453f09f92ac", 61)).isEqualTo(PacketKind.OTHER);
    assertThat(kind("5453f09f92ad", 62)).isEqualTo(PacketKind.OTHER);
    assertThat(kind("f5616470", 40)).isEqualTo(PacketKind.PROBE);
    assertThat(kind("f5616470", 39)).isEqualTo(PacketKind.OTHER);
    assertThat(kind("f5616465", 80)).isEqualTo(PacketKind.OTHER);
    assertThat(kind("01000000", 148)).isEqualTo(PacketKind.HANDSHAKE);
    assertThat(kind("02000000", 92)).isEqualTo(PacketKind.HANDSHAKE);
    assertThat(kind("03000000", 64)).isEqualTo(PacketKind.HANDSHAKE);
    assertThat(kind("01000000", 149)).isEqualTo(PacketKind.OTHER);
    assertThat(kind("01000001", 148)).isEqualTo(PacketKind.OTHER);
    assertThat(kind("04000000", 148)).isEqualTo(PacketKind.OTHER);
    assertThat(kind("", 0)).isEqualTo(PacketKind.OTHER);
  }

  private static PacketKind kind(String start, int length) {
    byte[] packet = Arrays.copyOf(HexFormat.of().parseHex(start), length + 7);
    byte[] shifted = new byte[packet.length + 3];
    System.arraycopy(packet, 0, shifted, 3, packet.length);
    return PacketKind.of(shifted, 3, length);
  }
}
