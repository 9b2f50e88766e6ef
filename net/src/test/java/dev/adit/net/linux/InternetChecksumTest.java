package dev.adit.net.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class InternetChecksumTest {
  private static final byte[] SOURCE = {(byte) 192, 0, 2, 1};
  private static final byte[] DESTINATION = {(byte) 198, 51, 100, 7};

  /// The example of RFC 1071 §3.
  @Test
  void sumsAsRfc1071Says() {
    byte[] even = {0x00, 0x01, (byte) 0xf2, 0x03, (byte) 0xf4, (byte) 0xf5, (byte) 0xf6, -9};
    assertThat(InternetChecksum.of(even)).isEqualTo(~0xddf2 & 0xffff);
    assertThat(InternetChecksum.of(Arrays.copyOf(even, 7))).isEqualTo(~0xdcfb & 0xffff);
  }

  /// L-13 (linux-wireguard-control): a sum that must be folded twice.
  @Test
  void foldsUntilNoCarryIsLeft() {
    byte[] carries = new byte[0x20002];
    Arrays.fill(carries, (byte) 0xff);
    carries[0] = 0;
    carries[1] = 1;
    assertThat(InternetChecksum.of(carries)).isEqualTo(~1 & 0xffff);
  }

  /// L-13: no sum is sent as 0.
  @Test
  void sendsTheSumZeroAsAllOnes() {
    int seen = 0;
    for (int word = 0; word < 0x10000; word++) {
      byte[] payload = {(byte) (word >> 8), (byte) word};
      int checksum = InternetChecksum.udp4(SOURCE, DESTINATION, 4000, 5000, payload, 0, 2);
      assertThat(checksum).isBetween(1, 0xffff);
      seen += checksum == 0xffff ? 1 : 0;
    }
    assertThat(seen)
        .as("the word that makes it 0, and the one that makes it 65535")
        .isBetween(1, 2);
  }
}
