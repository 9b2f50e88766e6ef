package dev.adit.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1",
    "2001:DB8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "::, ::",
    "::1, ::1",
    "1::, 1::",
    "::ffff:192.0.2.9, 192.0.2.9",
    "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
  })
  void readsAndWritesAddresses(String text, String canonical) throws MalformedException {
    var address = IpAddress.parse(text);
    assertThat(address).hasToString(canonical);
    assertThat(IpAddress.parse(canonical)).isEqualTo(address);
    assertThat(IpAddress.of(address.mapped())).isEqualTo(address);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1.2.3",
        "1.2.3.4.5",
        "01.2.3.4",
        "256.1.1.1",
        "1.2.3.4 ",
        ":",
        ":::",
        "1::2::3",
        "12345::",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7::8",
        "g::",
        "fe80::1%eth0",
        "[::1]",
        "1:2:3:4:5:6:7:1.2.3.4"
      })
  void refusesWhatIsNoAddress(String text) {
    assertThatThrownBy(() -> IpAddress.parse(text)).isInstanceOf(MalformedException.class);
  }

  @Test
  void endpointsNeedBracketsForIpv6Only() throws MalformedException {
    assertThat(Endpoint.parse("[2001:db8::1]:443")).hasToString("[2001:db8::1]:443");
    assertThat(Endpoint.parse("192.0.2.1:65535").port()).isEqualTo(65535);
    for (var bad :
        new String[] {"2001:db8::1:443", "[192.0.2.1]:1", "192.0.2.1:65536", "192.0.2.1:", "x"}) {
      assertThatThrownBy(() -> Endpoint.parse(bad)).isInstanceOf(MalformedException.class);
    }
  }

  @Test
  void prefixesClearHostBitsAndContainTheirAddresses() throws MalformedException {
    var prefix = Prefix.parse("10.77.66.5/18");
    assertThat(prefix).hasToString("10.77.64.0/18");
    assertThat(prefix.contains(IpAddress.literal("10.77.127.255"))).isTrue();
    assertThat(prefix.contains(IpAddress.literal("10.77.128.0"))).isFalse();
    assertThat(prefix.contains(IpAddress.literal("::1"))).isFalse();
    assertThatThrownBy(() -> Prefix.parse("10.0.0.0/33")).isInstanceOf(MalformedException.class);
  }

  @Test
  void base64UrlMustBeCanonical() throws MalformedException {
    assertThat(Text.parseB64("AAECAwQF", 6)).containsExactly(0, 1, 2, 3, 4, 5);
    byte[] key = new byte[32];
    key[31] = 1;
    String text = Text.b64(key);
    assertThat(Text.parseB64(text, 32)).containsExactly(key);
    String nonCanonical = text.substring(0, 42) + "F";
    assertThatThrownBy(() -> Text.parseB64(nonCanonical, 32))
        .isInstanceOf(MalformedException.class);
    assertThatThrownBy(() -> Text.parseB64(text + "=", 32)).isInstanceOf(MalformedException.class);
  }
}
