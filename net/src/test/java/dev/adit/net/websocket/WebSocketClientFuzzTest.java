package dev.adit.net.websocket;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import dev.adit.crypto.Hash;
import dev.adit.net.tls.StreamConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.Random;

/// Whatever a server sends as WebSocket, messages are at most 65,535 bytes, or it ends with an
/// [IOException].
class WebSocketClientFuzzTest {
  private static final byte[] ACCEPTANCE = acceptance();

  @FuzzTest
  void anyFrames(byte @NotNull @WithLength(max = 8192) [] frames) throws IOException {
    byte[] said = new byte[ACCEPTANCE.length + frames.length];
    System.arraycopy(ACCEPTANCE, 0, said, 0, ACCEPTANCE.length);
    System.arraycopy(frames, 0, said, ACCEPTANCE.length, frames.length);
    var client = open(said);
    int received = 0;
    try {
      while (true) {
        byte[] message = client.receive(Duration.ZERO);
        assertThat(message).isNotNull().hasSizeLessThanOrEqualTo(WebSocketClient.MAX_MESSAGE);
        received += message == null ? 0 : message.length;
      }
    } catch (IOException expected) {
      assertThat(expected.getMessage()).startsWith("WebSocket");
    }
    assertThat(received).isLessThanOrEqualTo(frames.length);
  }

  @FuzzTest
  void anyAnswerToTheUpgrade(byte @NotNull @WithLength(max = 2048) [] said) {
    try {
      open(said).close();
    } catch (WebSocketClient.RefusedException refused) {
      assertThat(refused.status()).isNotEqualTo(101);
      assertThat(refused.retryAfterSeconds()).isGreaterThanOrEqualTo(-1);
    } catch (IOException expected) {
      assertThat(expected.getMessage()).containsAnyOf("HTTP: ", "WebSocket: ");
    }
  }

  private static WebSocketClient open(byte[] said) throws IOException {
    return WebSocketClient.open(StreamConnection.to(said), "a", "/", "s", new Random(1));
  }

  private static byte[] acceptance() {
    byte[] nonce = new byte[16];
    new Random(1).nextBytes(nonce);
    String key = Base64.getEncoder().encodeToString(nonce);
    byte[] digest = Hash.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(US_ASCII));
    return ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: "
            + Base64.getEncoder().encodeToString(digest)
            + "\r\nSec-WebSocket-Protocol: s\r\n\r\n")
        .getBytes(US_ASCII);
  }
}
