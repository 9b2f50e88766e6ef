package dev.adit.wire.stun;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import dev.adit.wire.BigEndian;
import dev.adit.wire.MalformedException;
import java.util.Arrays;

/// Any datagram is a STUN message or is refused; what was decoded encodes to something that decodes
/// to the same.
class StunMessageFuzzTest {
  @FuzzTest
  void anyDatagramIsAMessageOrRefused(byte @NotNull @WithLength(max = 2048) [] datagram)
      throws MalformedException {
    StunMessage.integrityHolds(datagram, new byte[] {1, 2, 3});
    StunMessage message;
    try {
      message = StunMessage.decode(datagram);
    } catch (MalformedException expected) {
      return;
    }
    assertThat(StunMessage.matches(datagram, 0, datagram.length)).isTrue();
    byte[] encoded = message.encode();
    var again = StunMessage.decode(encoded);
    assertThat(again.encode()).isEqualTo(encoded);
    assertThat(again.mapped()).isEqualTo(message.mapped());
    assertThat(again.notUnderstood()).isEqualTo(message.notUnderstood());
    // Wherever it lies in its buffer, and whatever is glued behind.
    byte[] buffer = new byte[datagram.length + 9];
    Arrays.fill(buffer, (byte) 0xff);
    System.arraycopy(datagram, 0, buffer, 5, datagram.length);
    assertThat(StunMessage.decode(buffer, 5, datagram.length).encode()).isEqualTo(encoded);
    assertThat(StunMessage.decode(buffer, 5, datagram.length + 4).encode()).isEqualTo(encoded);
  }

  /// FINGERPRINT hides what a fuzzer makes of the rest, so here it is always right: the bytes are
  /// the type and the attributes.
  @FuzzTest
  void anyAttributesBehindAGoodHeaderAreReadOrRefused(
      byte @NotNull @WithLength(max = 1024) [] bytes) throws MalformedException {
    int length = Math.max(0, bytes.length - 2) & ~3;
    byte[] datagram = new byte[StunMessage.HEADER_BYTES + length];
    System.arraycopy(bytes, 0, datagram, 0, Math.min(2, bytes.length));
    datagram[0] &= 0x3f;
    BigEndian.putU16(datagram, 2, length);
    BigEndian.putU32(datagram, 4, StunMessage.COOKIE);
    System.arraycopy(bytes, Math.min(2, bytes.length), datagram, StunMessage.HEADER_BYTES, length);
    anyDatagramIsAMessageOrRefused(datagram);
  }
}
