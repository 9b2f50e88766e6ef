package dev.adit.net.frontdoor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.crypto.SelfSigned;
import dev.adit.net.Clock;
import dev.adit.net.http.HttpResponse;
import dev.adit.testkit.TrustsAll;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FrontDoorTlsTest {
  private static final String UPGRADE =
      "GET /derp HTTP/1.1\r\nHost: relay\r\nConnection: Upgrade\r\nUpgrade: DERP\r\n\r\n";

  private FrontDoor door;

  @BeforeEach
  void opens() throws IOException {
    door = start(FrontDoorConfig.DEFAULT_REQUEST_SECONDS);
  }

  private static FrontDoor start(int requestSeconds) throws IOException {
    var routes =
        new RequestRoutes()
            .derp(Greeting::new, "00".repeat(32))
            .http("/", request -> HttpResponse.text(200, request.path()));
    return FrontDoor.start(config(requestSeconds), routes);
  }

  /// A door with TLS on a port of its own.
  static FrontDoorConfig config(int requestSeconds) throws IOException {
    var own = SelfSigned.create(new Random(1), Clock.SYSTEM.wall(), List.of("relay"), List.of());
    var tls = new FrontDoorConfig.Tls(own.privateKeyPem(), own.certificatePem());
    var listen = List.of(Endpoint.literal("127.0.0.1:0"));
    return new FrontDoorConfig(listen, tls, 1, 1000, 1000, requestSeconds);
  }

  @AfterEach
  void closes() {
    door.close();
  }

  @Test
  void servesBothVersionsOfTls() throws Exception {
    try (var client = client("TLSv1.3")) {
      client.send("GET /a HTTP/1.1\r\nHost: relay\r\n\r\n");
      assertThat(client.body(client.head())).isEqualTo("/a\n");
      assertThat(client.send(UPGRADE).head()).startsWith("HTTP/1.1 101 ");
      assertThat(client.text(5)).isEqualTo("first");
    }
    try (var client = client("TLSv1.2")) {
      client.send("GET /a HTTP/1.1\r\nHost: relay\r\n\r\n");
      assertThat(client.body(client.head())).isEqualTo("/a\n");
      assertThat(client.send(UPGRADE).head()).startsWith("HTTP/1.1 101 ");
      assertThat(client.text(5)).isEqualTo("first");
    }
  }

  @Test
  void endsConnectionsThatDoNotFinishTheirTlsHandshake() throws Exception {
    door.close();
    door = start(1);
    try (var socket =
        new Socket(InetAddress.getLoopbackAddress(), door.listening().getFirst().port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(new byte[] {0x16, 3, 1}); // the beginning of a ClientHello
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  /// derp §17.35
  @Test
  void offersOnlyHttp1ByAlpn() throws Exception {
    try (var socket = socket("TLSv1.3")) {
      var parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      assertThat(socket.getApplicationProtocol()).isEqualTo("http/1.1");
    }
  }

  @Test
  void refusesACertificateThatIsNone() {
    assertThatThrownBy(() -> new FrontDoorConfig.Tls("no", "no"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("no PRIVATE KEY block");
  }

  private RawClient client(String version) throws Exception {
    var socket = socket(version);
    socket.startHandshake();
    return new RawClient(socket);
  }

  private SSLSocket socket(String version) throws Exception {
    var context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new TrustsAll()}, null);
    int port = door.listening().getFirst().port();
    var socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
    socket.setEnabledProtocols(new String[] {version});
    return socket;
  }

  private static final class Greeting implements ByteConnection.Listener {
    Greeting(ByteConnection connection) {
      connection.write("first".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    @Override
    public void received(byte[] bytes, int offset, int length) {}

    @Override
    public void readBatchEnded() {}

    @Override
    public void writable() {}

    @Override
    public void closed() {}
  }
}
