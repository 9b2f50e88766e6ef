package dev.adit.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;

/// Any text is an address, endpoint or prefix, or is refused (C-36); what is one has one canonical
/// text, which reads as the same.
class AddressesFuzzTest {
  @FuzzTest
  void anyTextIsAnAddressOrRefused(byte @NotNull @WithLength(max = 64) [] bytes) {
    try {
      var address = IpAddress.parse(new String(bytes, UTF_8));
      assertThat(IpAddress.literal(address.toString())).isEqualTo(address);
      assertThat(IpAddress.of(address.bytes())).isEqualTo(address);
      assertThat(IpAddress.of(address.mapped())).isEqualTo(address);
      assertThat(address.toString()).hasSizeLessThanOrEqualTo(39);
    } catch (MalformedException expected) {
      // refused
    }
  }

  @FuzzTest
  void anyTextIsAnEndpointOrRefused(byte @NotNull @WithLength(max = 64) [] bytes) {
    try {
      var endpoint = Endpoint.parse(new String(bytes, UTF_8));
      assertThat(Endpoint.literal(endpoint.toString())).isEqualTo(endpoint);
    } catch (MalformedException expected) {
      // refused
    }
  }

  @FuzzTest
  void anyTextIsAPrefixOrRefused(byte @NotNull @WithLength(max = 64) [] bytes) {
    try {
      var prefix = Prefix.parse(new String(bytes, UTF_8));
      assertThat(Prefix.literal(prefix.toString())).isEqualTo(prefix);
      assertThat(prefix.contains(prefix.address())).isTrue();
    } catch (MalformedException expected) {
      // refused
    }
  }
}
