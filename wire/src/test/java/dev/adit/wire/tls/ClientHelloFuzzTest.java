package dev.adit.wire.tls;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import dev.adit.wire.MalformedException;

/// Any bytes ask for something, or are refused.
class ClientHelloFuzzTest {
  @FuzzTest
  void anyBytesAreAHelloOrRefused(byte @NotNull @WithLength(max = 2048) [] body) {
    ClientHello hello;
    try {
      hello = ClientHello.parse(body);
    } catch (MalformedException expected) {
      return;
    }
    assertThat(hello.protocols()).hasSizeLessThan(body.length);
    assertThat(hello.serverName()).isNotEqualTo("");
  }
}
