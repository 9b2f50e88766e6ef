package dev.adit.net.local;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.net.http.HttpHead;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.metrics.MetricsHandler;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsServerTest {
  private static final Endpoint LOOPBACK = Endpoint.literal("127.0.0.1:0");
  private static final MetricsHandler HANDLER =
      new MetricsHandler(
          List.of(into -> into.gauge("adit_answer", "The answer.", 42)),
          (_, readings) -> HttpResponse.text(200, readings.metrics().getFirst().name()));

  @Test
  void answersTheOneRequestThereIs() throws IOException {
    try (var server = MetricsServer.start(LOOPBACK, HANDLER)) {
      assertThat(ask(server, "GET /metrics", "Host: 127.0.0.1:9586"))
          .startsWith("HTTP/1.1 200 ")
          .endsWith("\r\n\r\nadit_answer\n");
      assertThat(ask(server, "GET /metrics", "Host: localhost")).startsWith("HTTP/1.1 200 ");
      assertThat(ask(server, "GET /metrics", "Host: [::1]:9586")).startsWith("HTTP/1.1 200 ");
      assertThat(ask(server, "GET /", "Host: localhost")).startsWith("HTTP/1.1 404 ");
      assertThat(ask(server, "GET /metrics/more", "Host: localhost")).startsWith("HTTP/1.1 404 ");
    }
  }

  @Test
  void changesNothing() throws IOException {
    try (var server = MetricsServer.start(LOOPBACK, HANDLER)) {
      assertThat(ask(server, "POST /metrics", "Host: localhost"))
          .startsWith("HTTP/1.1 405 ")
          .contains("Allow: GET");
      assertThat(ask(server, "DELETE /metrics", "Host: localhost")).startsWith("HTTP/1.1 405 ");
      assertThat(ask(server, "GET /metrics", "Host: localhost\r\nContent-Length: 1"))
          .startsWith("HTTP/1.1 413 ");
    }
  }

  @Test
  void refusesWebPagesAndNamesThatWereMadeToLeadHere() throws IOException {
    try (var server = MetricsServer.start(LOOPBACK, HANDLER)) {
      assertThat(ask(server, "GET /metrics", "Host: localhost\r\nOrigin: https://evil.example"))
          .startsWith("HTTP/1.1 403 ");
      assertThat(ask(server, "GET /metrics", "Host: evil.example:9586"))
          .startsWith("HTTP/1.1 421 ");
      assertThat(ask(server, "GET /metrics", "Host: 127.0.0.1.evil.example"))
          .startsWith("HTTP/1.1 421 ");
      assertThat(ask(server, "GET /metrics", "X: y")).startsWith("HTTP/1.1 421 ");
    }
  }

  @Test
  void isCalledByAnyNameWhereItListensForOthers() throws IOException {
    try (var server = MetricsServer.start(Endpoint.literal("0.0.0.0:0"), HANDLER)) {
      assertThat(ask(server, "GET /metrics", "Host: server.example")).startsWith("HTTP/1.1 200 ");
      assertThat(ask(server, "GET /metrics", "Host: server.example\r\nOrigin: null"))
          .startsWith("HTTP/1.1 403 ");
    }
  }

  @Test
  void holdsItsLimits() throws IOException {
    var limits = new LocalLimits(0, 1, Duration.ofMillis(200));
    try (var server = MetricsServer.start(LOOPBACK, HANDLER, limits)) {
      assertThat(ask(server, "GET /metrics", "X: " + "x".repeat(HttpHead.MAX_BYTES))).isEmpty();
      try (var silent = connect(server)) {
        assertThat(silent.getInputStream().read()).as("ended after 200 ms").isEqualTo(-1);
      }
    }
    try (var server =
            MetricsServer.start(LOOPBACK, HANDLER, new LocalLimits(0, 1, Duration.ofSeconds(10)));
        var first = connect(server)) {
      assertThat(first.isConnected()).isTrue();
      assertThat(ask(server, "GET /metrics", "Host: localhost")).startsWith("HTTP/1.1 503 ");
    }
  }

  @Test
  void namesThePortThatAnotherProgramHas() throws IOException {
    try (var other = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
      String taken = "127.0.0.1:" + other.getLocalPort();
      assertThatThrownBy(() -> MetricsServer.start(Endpoint.literal(taken), HANDLER))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "cannot listen on TCP "
                  + taken
                  + ": the port is in use by another program; stop it or choose another port");
    }
  }

  private static Socket connect(MetricsServer server) throws IOException {
    var socket = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), server.port());
    socket.setSoTimeout(10_000);
    return socket;
  }

  /// What the server says until it ends the connection; empty if it just ends it.
  private static String ask(MetricsServer server, String request, String headers)
      throws IOException {
    try (var socket = connect(server)) {
      String text = request + " HTTP/1.1\r\nConnection: close\r\n" + headers + "\r\n\r\n";
      socket.getOutputStream().write(text.getBytes(US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    } catch (java.net.SocketException e) {
      return ""; // it ended the connection before it had read all
    }
  }
}
