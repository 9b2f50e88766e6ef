package dev.adit.wire.proxyprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import dev.adit.wire.MalformedException;

/// Any bytes are a header, the beginning of one, or refused; and what is complete was incomplete
/// before its last byte, never refused.
class ProxyHeaderFuzzTest {
  @FuzzTest
  void anyBytesAreAHeaderOrRefused(byte @NotNull @WithLength(max = 2048) [] bytes)
      throws MalformedException {
    ProxyHeader header;
    try {
      header = ProxyHeader.parse(bytes, bytes.length);
    } catch (MalformedException expected) {
      return;
    }
    if (header == null) {
      assertThat(bytes.length).isLessThan(ProxyHeader.MAX_BYTES);
      return;
    }
    assertThat(header.length()).isBetween(1, Math.min(bytes.length, ProxyHeader.MAX_BYTES));
    assertThat(ProxyHeader.parse(bytes, header.length())).isEqualTo(header);
    assertThat(ProxyHeader.parse(bytes, header.length() - 1)).isNull();
  }
}
