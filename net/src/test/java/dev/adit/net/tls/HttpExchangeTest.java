package dev.adit.net.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.net.http.HttpHead;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HttpExchangeTest {
  @Test
  void getsAndThenUpgradesOnTheSameConnection() throws Exception {
    String answers =
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
            + "HTTP/1.1 101 Switching Protocols\r\nUpgrade: DERP\r\nDerp-Version: 2\r\n\r\nXY";
    try (var server = answering(answers);
        var connection = connect(server)) {
      var answer = HttpExchange.get(connection, "relay.test", "/adit/identity", 16_384);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.text()).isEqualTo("{}");
      assertThat(answer.keptAlive()).isTrue();
      var head = HttpUpgrade.request(connection, "relay.test", "/derp", Map.of("Upgrade", "DERP"));
      assertThat(head.status()).isEqualTo(101);
      assertThat(head.header("derp-version")).isEqualTo("2");
      assertThat(connection.input().readNBytes(2)).isEqualTo("XY".getBytes(US_ASCII));
    }
  }

  @Test
  void readsChunksAndBodiesThatEndWithTheConnection() throws Exception {
    String chunked =
        """
        HTTP/1.1 200 OK\r
        Transfer-Encoding: chunked\r
        \r
        3;x=y\r
        abc\r
        A\r
        0123456789\r
        0\r
        Trailer: t\r
        \r
        """;
    assertThat(exchange(chunked, 100).text()).isEqualTo("abc0123456789");
    var open = exchange("HTTP/1.1 404 Not Found\r\n\r\nrest", 100);
    assertThat(open.status()).isEqualTo(404);
    assertThat(open.text()).isEqualTo("rest");
    assertThat(open.keptAlive()).isFalse();
  }

  @Test
  void refusesMoreThanTheLimit() {
    assertThatThrownBy(() -> exchange("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n", 100))
        .hasMessageContaining("longer than 100 bytes");
    assertThatThrownBy(() ->
            exchange(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" + "x".repeat(101),
                100))
        .hasMessageContaining("longer than 100 bytes");
    assertThatThrownBy(() -> exchange("HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(101), 100))
        .hasMessageContaining("longer than 100 bytes");
    assertThatThrownBy(() -> exchange("HTTP/1.1 200 " + "x".repeat(HttpHead.MAX_BYTES), 100))
        .hasMessageContaining("head longer than");
  }

  @Test
  void refusesTooLongHeadsLinesAndTrailers() throws Exception {
    String start = "HTTP/1.1 204 No\r\nX: ";
    int room = HttpHead.MAX_BYTES - start.length() + 1; // of the three line ends only CRs count
    assertThat(exchange(start + "x".repeat(room - 2) + "\r\n\r\n", 0).status()).isEqualTo(204);
    assertThatThrownBy(() -> exchange(start + "x".repeat(room + 1) + "\r\n\r\n", 0))
        .hasMessage("HTTP: head longer than 16384 bytes");
    String chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    assertThatThrownBy(() -> exchange(chunked + "1;" + "x".repeat(1024) + "\r\n", 9))
        .hasMessage("HTTP: line longer than 1024 bytes");
    assertThat(exchange(chunked + "0\r\n" + "T: u\r\n".repeat(100) + "\r\n", 9).body()).isEmpty();
    assertThatThrownBy(() -> exchange(chunked + "0\r\n" + "T: u\r\n".repeat(102) + "\r\n", 9))
        .hasMessage("HTTP: too many trailers");
  }

  @Test
  void refusesWhatIsNotHttp() {
    assertThatThrownBy(() -> exchange("SSH-2.0-OpenSSH\r\n\r\n", 100))
        .hasMessageContaining("no HTTP/1.1");
    assertThatThrownBy(() -> exchange("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", 100))
        .hasMessageContaining("without a name");
    assertThatThrownBy(() -> exchange("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", 100))
        .hasMessageContaining("no number");
  }

  @Test
  void saysThatTheServerEndedTheConnectionTooEarly() {
    assertThatThrownBy(() -> exchange("", 100)).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> exchange("\n", 100))
        .isInstanceOf(EOFException.class)
        .hasMessageContaining("inside a head");
    assertThatThrownBy(() -> exchange("HTTP/1.1 200", 100)).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> exchange("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", 100))
        .isInstanceOf(EOFException.class);
  }

  @Test
  void sendsABodyWithItsLength() throws Exception {
    byte[] head = HttpUpgrade.head("POST", "h", "/p", Map.of("Authorization", "Bearer x"), 3);
    assertThat(new String(head, US_ASCII))
        .isEqualTo(
            """
            POST /p HTTP/1.1\r
            Host: h\r
            User-Agent: adit\r
            Content-Type: application/json\r
            Content-Length: 3\r
            Authorization: Bearer x\r
            \r
            """);
  }

  private static HttpExchange.Answer exchange(String answer, int limit) throws IOException {
    try (var server = answering(answer);
        var connection = connect(server)) {
      return HttpExchange.get(connection, "relay.test", "/", limit);
    }
  }

  /// Reads one request, then says all of `bytes` and ends; the rest of the requests is ignored.
  private static TestServer answering(String bytes) throws IOException {
    return TestServer.plain(socket -> {
      HttpHead.read(socket.getInputStream());
      socket.getOutputStream().write(bytes.getBytes(US_ASCII));
      socket.shutdownOutput();
      socket.getInputStream().readAllBytes();
    });
  }

  private static Connection connect(TestServer server) throws IOException {
    return TlsClient.connectPlain(List.of(server.endpoint()), Duration.ofSeconds(10));
  }
}
