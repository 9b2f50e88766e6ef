package dev.adit.net.frontdoor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.net.tls.TlsClient;
import dev.adit.net.websocket.WebSocketClient;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WebSocketServerTest {
  private static final String OPENING =
      "GET /adit/stream HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade"
          + "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
          + "\r\nSec-WebSocket-Protocol: other, adit-control-v1\r\n";

  private final LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private FrontDoor door;

  @BeforeEach
  void opens() throws IOException {
    var config = FrontDoorConfig.of(List.of(Endpoint.literal("127.0.0.1:0")), null);
    door =
        FrontDoor.start(
            config, new RequestRoutes().message("/adit/stream", "adit-control-v1", Echo::new));
  }

  @AfterEach
  void closes() {
    door.close();
  }

  @Test
  void carriesMessagesOfEverySize() throws IOException {
    var server = TlsClient.connectPlain(door.listening(), Duration.ofSeconds(10));
    try (var client =
        WebSocketClient.open(server, "a", "/adit/stream", "adit-control-v1", new Random(1))) {
      for (int size : new int[] {0, 1, 125, 126, 4096, 65_535}) {
        byte[] message = new byte[size];
        new Random(size).nextBytes(message);
        client.send(message);
        assertThat(client.receive(Duration.ofSeconds(10))).isEqualTo(message);
      }
    }
  }

  @Test
  void acceptsAsRfc6455Says() throws IOException {
    try (var client = client()) {
      String head = client.send(OPENING + "\r\n").head();
      assertThat(head)
          .startsWith("HTTP/1.1 101 ")
          .contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
          .contains("Sec-WebSocket-Protocol: adit-control-v1\r\n")
          .doesNotContain("Extensions");
    }
  }

  @Test
  void refusesWhatIsNotAWebSocketOfOurs() throws IOException {
    assertThat(status(OPENING.replace("adit-control-v1", "chat"))).isEqualTo("426");
    assertThat(status(OPENING.replace("Sec-WebSocket-Protocol", "X"))).isEqualTo("426");
    assertThat(status(OPENING.replace("Upgrade: websocket", "X: y"))).isEqualTo("426");
    assertThat(status(OPENING + "Origin: https://example.com\r\n")).isEqualTo("403");
    assertThat(status(OPENING.replace("Version: 13", "Version: 8"))).isEqualTo("400");
    assertThat(status(OPENING.replace("dGhlIHNhbXBsZSBub25jZQ==", "short"))).isEqualTo("400");
    assertThat(status(OPENING.replace("GET", "POST"))).isEqualTo("405");
  }

  @Test
  void joinsFragmentsAndAnswersPingsBetweenThem() throws IOException {
    try (var client = open()) {
      client.send(frame(0x02, "0102")).send(frame(0x89, "aabb")).send(frame(0x00, "03"));
      assertThat(client.bytes(4)).isEqualTo(hex("8a02aabb"));
      client.send(frame(0x80, "04"));
      assertThat(client.bytes(6)).isEqualTo(hex("820401020304"));
    }
  }

  @Test
  void closesOnATextFrame() throws Exception {
    try (var client = open()) {
      client.send(frame(0x81, "6869"));
      assertThat(client.bytes(4)).isEqualTo(hex("880203eb"));
      client.send(frame(0x88, "03eb"));
      assertThat(client.rest()).isEmpty();
    }
    assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("closed");
  }

  @Test
  void closesOnTooLongMessages() throws IOException {
    try (var client = open()) {
      client.send(frame(0x02, "00".repeat(65_000))).send(frame(0x80, "00".repeat(600)));
      assertThat(client.bytes(4)).isEqualTo(hex("880203f1"));
    }
    try (var client = open()) {
      client.send(hex("82ff0000000000010000"));
      assertThat(closeCode(client)).isEqualTo(1009);
    }
  }

  /// An end while bytes of the peer are unread would reset the connection and destroy the frame.
  @Test
  void whoeverSendsTooMuchStillSeesTheCloseFrame() throws IOException {
    try (var client = open()) {
      client.send(hex("82ff0000000000100000" + "00000000"));
      byte[] part = new byte[32_768];
      for (int i = 0; i < 32; i++) {
        client.send(part);
      }
      assertThat(closeCode(client)).isEqualTo(1009);
    }
  }

  @Test
  void closesOnUnmaskedFrames() throws IOException {
    try (var client = open()) {
      client.send(hex("820101"));
      assertThat(closeCode(client)).isEqualTo(1002);
    }
  }

  @Test
  void answersACloseFrameAndEnds() throws Exception {
    try (var client = open()) {
      client.send(frame(0x88, "03e8"));
      assertThat(client.rest()).isEqualTo(hex("880203e8"));
    }
    assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("closed");
  }

  @Test
  void closesWithACodeAfterWhatWasSentBefore() throws IOException {
    try (var client = open()) {
      client.send(frame(0x82, "ff")); // the sign for the server to close
      assertThat(client.bytes(7)).isEqualTo(hex("8201ff88020fa1"));
      assertThat(client.rest()).isEmpty(); // within 2 s, though we do not close
    }
  }

  private final class Echo implements MessageConnection.Listener {
    private final MessageConnection connection;

    Echo(MessageConnection connection) {
      this.connection = connection;
    }

    @Override
    public void received(byte[] message) {
      connection.send(message);
      if (message.length == 1 && message[0] == -1) {
        connection.close(4001);
      }
    }

    @Override
    public void closed() {
      heard.add("closed");
    }
  }

  private RawClient client() throws IOException {
    return RawClient.connect(door.listening().getFirst());
  }

  private RawClient open() throws IOException {
    var client = client();
    client.send(OPENING + "\r\n").head();
    return client;
  }

  private String status(String opening) throws IOException {
    try (var client = client()) {
      return client.send(opening + "\r\n").head().substring(9, 12);
    }
  }

  /// Reads a close frame, which may hold a reason, and the connection's end.
  private static int closeCode(RawClient client) throws IOException {
    byte[] frame = client.rest();
    assertThat(frame).startsWith(0x88);
    return (frame[2] & 0xff) << 8 | frame[3] & 0xff;
  }

  /// A frame masked with zeros.
  private static byte[] frame(int first, String payload) {
    int length = payload.length() / 2;
    String size =
        length < 126
            ? HexFormat.of().toHexDigits((byte) (0x80 | length))
            : "fe" + HexFormat.of().toHexDigits((short) length);
    return hex(HexFormat.of().toHexDigits((byte) first) + size + "00000000" + payload);
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}
