package dev.adit.net.websocket;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.net.http.HttpHead;
import dev.adit.net.tls.Connection;
import dev.adit.net.tls.TestServer;
import dev.adit.net.tls.TlsClient;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class WebSocketClientTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  /// Yields the nonce of RFC 6455 §1.3 and then the mask of its §5.7.
  private static final class RfcRandom extends Random {
    private static final long serialVersionUID = 1L;

    @Override
    public void nextBytes(byte[] bytes) {
      System.arraycopy("the sample nonce".getBytes(US_ASCII), 0, bytes, 0, 16);
    }

    @Override
    public int nextInt() {
      return 0x37fa213d;
    }
  }

  @Test
  void opensWithTheHandshakeOfTheRfc() throws Exception {
    var request = new CompletableFuture<HttpHead>();
    try (var server =
            TestServer.plain(socket -> {
              request.complete(requireNonNull(HttpHead.read(socket.getInputStream())));
              accept(socket);
            });
        var _ = open(server)) {
      HttpHead head = request.get();
      assertThat(head.startLine()).isEqualTo("GET /adit/stream HTTP/1.1");
      assertThat(head.headers())
          .containsEntry("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
          .containsEntry("sec-websocket-protocol", "adit-control-v1")
          .containsEntry("connection", "Upgrade")
          .doesNotContainKeys("origin", "sec-websocket-extensions");
    }
  }

  @Test
  void masksWhatItSends() throws Exception {
    var frame = new CompletableFuture<String>();
    try (var server =
            TestServer.plain(socket -> {
              handshake(socket);
              frame.complete(HexFormat.of().formatHex(socket.getInputStream().readNBytes(11)));
            });
        var client = open(server)) {
      client.send("Hello".getBytes(US_ASCII));
      assertThat(frame.get()).isEqualTo("828537fa213d7f9f4d5158"); // RFC 6455 §5.7, but binary
    }
  }

  @Test
  void carriesMessagesOfEveryLengthForm() throws Exception {
    try (var server = TestServer.plain(WebSocketClientTest::echo);
        var client = open(server)) {
      for (int length : new int[] {0, 1, 125, 126, 65_535}) {
        byte[] message = new byte[length];
        Arrays.fill(message, (byte) 0x5a);
        client.send(message);
        assertThat(client.receive(LIMIT)).isEqualTo(message);
      }
      assertThatThrownBy(() -> client.send(new byte[65_536]))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void joinsFragmentsAndAnswersPingsBetweenThem() throws Exception {
    var pong = new CompletableFuture<String>();
    try (var server =
            TestServer.plain(socket -> {
              handshake(socket);
              send(socket, "0201aa", "890170", "0001bb", "8001cc");
              pong.complete(HexFormat.of().formatHex(socket.getInputStream().readNBytes(7)));
              socket.getInputStream().read();
            });
        var client = open(server)) {
      assertThat(client.receive(LIMIT)).isEqualTo(HexFormat.of().parseHex("aabbcc"));
      assertThat(pong.get()).isEqualTo("8a8137fa213d47");
    }
  }

  @Test
  void staysUsableWhenNothingCameInTime() throws Exception {
    var go = new CountDownLatch(1);
    try (var server =
            TestServer.plain(socket -> {
              handshake(socket);
              go.await();
              send(socket, "820107");
              socket.getInputStream().read();
            });
        var client = open(server)) {
      assertThat(client.receive(Duration.ofMillis(10))).isNull();
      go.countDown();
      assertThat(client.receive(LIMIT)).containsExactly(7);
    }
  }

  @Test
  void tellsTheCodeOfTheServersClose() throws Exception {
    var answer = new CompletableFuture<String>();
    try (var server =
            TestServer.plain(socket -> {
              handshake(socket);
              send(socket, "88020fa1");
              answer.complete(HexFormat.of().formatHex(socket.getInputStream().readNBytes(8)));
            });
        var client = open(server)) {
      assertThatThrownBy(() -> client.receive(LIMIT))
          .isInstanceOfSatisfying(
              WebSocketClient.ClosedException.class, e -> assertThat(e.code()).isEqualTo(4001));
      assertThat(answer.get()).isEqualTo("888237fa213d385b");
    }
  }

  @Test
  void closesOnWhatAServerMustNotSend() throws Exception {
    for (String bad :
        new String[] {
          "8101aa", // text
          "c20100", // a reserved bit
          "828100000000aa", // masked
          "827f0000000000010000", // 65,536 bytes
          "827fffffffffffffffff", // a negative length
          "8001aa", // a continuation of nothing
          "0201aa0201bb", // a message inside another
          "0900", // a fragmented ping
          "897e0080", // a ping of 128 bytes
          "8300", // an unknown type
        }) {
      try (var server =
              TestServer.plain(socket -> {
                handshake(socket);
                send(socket, bad, "00".repeat(200));
                socket.getInputStream().readAllBytes();
              });
          var client = open(server)) {
        assertThatThrownBy(() -> client.receive(LIMIT))
            .as(bad)
            .isInstanceOf(IOException.class)
            .hasMessageStartingWith("WebSocket: ");
      }
    }
  }

  @Test
  void refusesToJoinMoreThanTheLimit() throws Exception {
    try (var server =
            TestServer.plain(socket -> {
              handshake(socket);
              send(socket, "027effff" + "00".repeat(65_535), "800100");
              socket.getInputStream().readAllBytes();
            });
        var client = open(server)) {
      assertThatThrownBy(() -> client.receive(LIMIT)).hasMessageContaining("65535");
    }
  }

  @Test
  void saysThatTheConnectionBroke() throws Exception {
    try (var server =
            TestServer.plain(socket -> {
              handshake(socket);
              send(socket, "8205aa");
            });
        var client = open(server)) {
      assertThatThrownBy(() -> client.receive(LIMIT)).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void tellsTheStatusOfARefusal() throws Exception {
    String answer = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 30\r\n\r\n";
    try (var server = TestServer.plain(socket -> answer(socket, answer))) {
      assertThatThrownBy(() -> open(server))
          .isInstanceOfSatisfying(
              WebSocketClient.RefusedException.class,
              e -> {
                assertThat(e.status()).isEqualTo(503);
                assertThat(e.retryAfterSeconds()).isEqualTo(30);
              });
    }
  }

  @Test
  void refusesAServerThatDidNotUnderstand() throws Exception {
    String good =
        """
        HTTP/1.1 101 Switching Protocols\r
        Upgrade: websocket\r
        Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r
        Sec-WebSocket-Protocol: adit-control-v1\r
        \r
        """;
    for (String bad :
        new String[] {
          good.replace("s3p", "xxx"),
          good.replace("control-v1", "control-v2"),
          good.replace("websocket\r\n", "DERP\r\n"),
          good.replace("\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"),
        }) {
      try (var server = TestServer.plain(socket -> answer(socket, bad))) {
        assertThatThrownBy(() -> open(server))
            .isInstanceOf(IOException.class)
            .hasMessageStartingWith("WebSocket: ");
      }
    }
  }

  private static WebSocketClient open(TestServer server) throws IOException {
    Connection connection = TlsClient.connectPlain(List.of(server.endpoint()), LIMIT);
    connection.readTimeout(LIMIT);
    return WebSocketClient.open(
        connection, "h", "/adit/stream", "adit-control-v1", new RfcRandom());
  }

  private static void handshake(Socket socket) throws IOException {
    HttpHead.read(socket.getInputStream());
    accept(socket);
  }

  private static void accept(Socket socket) throws IOException {
    // The accept value is that of RFC 6455 §1.3.
    String answer =
        """
        HTTP/1.1 101 Switching Protocols\r
        Upgrade: WebSocket\r
        Connection: Upgrade\r
        Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r
        Sec-WebSocket-Protocol: adit-control-v1\r
        \r
        """;
    socket.getOutputStream().write(answer.getBytes(US_ASCII));
  }

  private static void answer(Socket socket, String answer) throws IOException {
    HttpHead.read(socket.getInputStream());
    socket.getOutputStream().write(answer.getBytes(US_ASCII));
    socket.getInputStream().readAllBytes();
  }

  private static void send(Socket socket, String... frames) throws IOException {
    for (String frame : frames) {
      socket.getOutputStream().write(HexFormat.of().parseHex(frame));
    }
  }

  private static void echo(Socket socket) throws IOException {
    handshake(socket);
    InputStream in = socket.getInputStream();
    while (in.read() == 0x82) {
      int length = in.read() & 0x7f;
      boolean isLong = length == 126;
      length = isLong ? in.read() << 8 | in.read() : length;
      byte[] mask = in.readNBytes(4);
      byte[] payload = in.readNBytes(length);
      for (int i = 0; i < length; i++) {
        payload[i] ^= mask[i & 3];
      }
      var out = socket.getOutputStream();
      out.write(
          isLong
              ? new byte[] {(byte) 0x82, 126, (byte) (length >> 8), (byte) length}
              : new byte[] {(byte) 0x82, (byte) length});
      out.write(payload);
    }
  }
}
