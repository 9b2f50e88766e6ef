package dev.adit.wire.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.wire.MalformedException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;

class ClientHelloTest {
  private static final String START = "0303" + "07".repeat(32) + "00" + "00021301" + "0100";

  @Test
  void readsWhatTheJdksClientAsksFor() throws Exception {
    SSLEngine engine = client();
    var parameters = engine.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName("Relay.Example.org")));
    parameters.setApplicationProtocols(new String[] {"acme-tls/1", "http/1.1"});
    engine.setSSLParameters(parameters);
    assertThat(ClientHello.parse(hello(engine)))
        .isEqualTo(new ClientHello("relay.example.org", List.of("acme-tls/1", "http/1.1")));
  }

  @Test
  void readsThatAClientAsksForNothing() throws Exception {
    assertThat(ClientHello.parse(hello(client()))).isEqualTo(ClientHello.PLAIN);
    assertThat(ClientHello.parse(HexFormat.of().parseHex(START))).isEqualTo(ClientHello.PLAIN);
  }

  @Test
  void takesADotFromTheEndOfAName() throws Exception {
    assertThat(ClientHello.parse(withName("612e")).serverName()).isEqualTo("a");
    assertThat(ClientHello.parse(withName("2e")).serverName()).isNull();
  }

  @Test
  void refusesEveryBeginningOfAHello() throws Exception {
    byte[] whole = withName("6162");
    for (int length = 0; length < whole.length; length++) {
      byte[] part = Arrays.copyOf(whole, length);
      if (length != START.length() / 2) { // where extensions may be missing
        assertThatThrownBy(() -> ClientHello.parse(part)).isInstanceOf(MalformedException.class);
      }
    }
  }

  private static byte[] withName(String hex) {
    int length = hex.length() / 2;
    String names = "%04x00%04x%s".formatted(length + 3, length, hex);
    String extension = "0000%04x%s".formatted(names.length() / 2, names);
    return HexFormat.of().parseHex(START + "%04x%s".formatted(extension.length() / 2, extension));
  }

  private static SSLEngine client() throws Exception {
    var context = SSLContext.getInstance("TLS");
    context.init(null, null, null);
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(true);
    return engine;
  }

  /// What the engine says first, without the headers of record (5 bytes) and message (4).
  private static byte[] hello(SSLEngine engine) throws Exception {
    var record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), record);
    return Arrays.copyOfRange(record.array(), 9, record.position());
  }
}
