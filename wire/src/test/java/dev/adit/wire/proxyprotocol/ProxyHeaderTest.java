package dev.adit.wire.proxyprotocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyHeaderTest {
  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

  @ParameterizedTest
  @CsvSource({
    "PROXY TCP4 192.0.2.7 198.51.100.1 41641 443, 192.0.2.7:41641",
    "PROXY TCP6 2001:db8::7 2001:db8::1 65535 0, [2001:db8::7]:65535",
    "PROXY TCP6 ::ffff:192.0.2.7 ::1 1 2, 192.0.2.7:1",
    "PROXY UNKNOWN, ''",
    "PROXY UNKNOWN ffff::1 whatever 1 2, ''",
  })
  void readsALine(String line, String source) throws Exception {
    byte[] bytes = (line + "\r\nGET").getBytes(ISO_8859_1);
    var expected = source.isEmpty() ? null : Endpoint.parse(source);
    assertThat(ProxyHeader.parse(bytes, bytes.length))
        .isEqualTo(new ProxyHeader(expected, line.length() + 2));
    for (int i = 0; i < line.length() + 2; i++) {
      assertThat(ProxyHeader.parse(bytes, i)).isNull();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2111000cc0000207c6336401a2a901bb, 192.0.2.7:41641",
    "21110010c0000207c6336401a2a901bb04000199, 192.0.2.7:41641",
    "2121002420010db800000000000000000000000720010db8000000000000000000000001a2a901bb,"
        + " [2001:db8::7]:41641",
    "20000000, ''",
    "2011000cc0000207c6336401a2a901bb, ''",
    "21000003aabbcc, ''",
  })
  void readsBytes(String rest, String source) throws Exception {
    byte[] bytes = HexFormat.of().parseHex(SIGNATURE + rest + "1603");
    var expected = source.isEmpty() ? null : Endpoint.parse(source);
    assertThat(ProxyHeader.parse(bytes, bytes.length))
        .isEqualTo(new ProxyHeader(expected, bytes.length - 2));
    for (int i = 0; i < bytes.length - 2; i++) {
      assertThat(ProxyHeader.parse(bytes, i)).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\n",
        "PROXY  TCP4 1.2.3.4 1.2.3.4 1 2\r\n",
        "PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n",
        "PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n",
        "PROXY TCP4 1.2.3.4 1.2.3.4 -1 2\r\n",
        "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n",
        "PROXY TCP4 ::1 ::1 1 2\r\n",
        "PROXY TCP5 1.2.3.4 1.2.3.4 1 2\r\n",
        "PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n",
      })
  void refusesOtherLines(String line) {
    refuses(line.getBytes(ISO_8859_1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1111000cc0000207c6336401a2a901bb", // version 1
        "2211000cc0000207c6336401a2a901bb", // unknown command
        "2112000cc0000207c6336401a2a901bb", // UDP
        "2111000bc0000207c6336401a2a901", // too short for its family
        "21310004aabbccdd", // Unix sockets
        "21110401", // longer than we take
      })
  void refusesOtherBytes(String rest) {
    refuses(HexFormat.of().parseHex(SIGNATURE + rest));
  }

  @Test
  void refusesALineWithoutEnd() throws Exception {
    byte[] bytes = ("PROXY UNKNOWN " + "x".repeat(200)).getBytes(ISO_8859_1);
    assertThat(ProxyHeader.parse(bytes, 106)).isNull();
    assertThatThrownBy(() -> ProxyHeader.parse(bytes, 107))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("107");
  }

  private static void refuses(byte[] bytes) {
    assertThatThrownBy(() -> ProxyHeader.parse(bytes, bytes.length))
        .isInstanceOf(MalformedException.class);
  }
}
