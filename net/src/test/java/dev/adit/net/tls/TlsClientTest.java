package dev.adit.net.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.net.http.HttpHead;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

class TlsClientTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  @Test
  void canBeWarmedUp() {
    TlsWarmUp.firstMessage();
    TlsWarmUp.verification();
  }

  @Test
  void speaksTls13AndTellsTheCertificates() throws Exception {
    try (var server = TestServer.tls("TLSv1.3", TlsClientTest::echo);
        var connection =
            TlsClient.connect(List.of(server.endpoint()), null, PinPolicy.any(), LIMIT)) {
      assertThat(connection.isTls13()).isTrue();
      assertThat(connection.certificates()).containsExactly(TestServer.certificate().getEncoded());
      assertThat(connection.remote()).isEqualTo(server.endpoint());
      connection.output().write("hello".getBytes(US_ASCII));
      assertThat(connection.input().readNBytes(5)).isEqualTo("hello".getBytes(US_ASCII));
    }
  }

  @Test
  void speaksTls12ToServersWithoutBetter() throws Exception {
    try (var server = TestServer.tls("TLSv1.2", TlsClientTest::echo);
        var connection =
            TlsClient.connect(List.of(server.endpoint()), null, PinPolicy.any(), LIMIT)) {
      assertThat(connection.isTls13()).isFalse();
    }
  }

  @Test
  void triesOtherGroupsWithAServerThatRefusesTheFirst() throws Exception {
    for (String protocol : new String[] {"TLSv1.3", "TLSv1.2"}) {
      try (var server = TestServer.tls(protocol, "secp256r1", TlsClientTest::echo);
          var connection =
              TlsClient.connect(List.of(server.endpoint()), null, PinPolicy.any(), LIMIT)) {
        connection.output().write(7);
        assertThat(connection.input().read()).isEqualTo(7);
      }
    }
  }

  @Test
  void sendsTheNameItIsGiven() throws Exception {
    var names = new AtomicReference<String>();
    try (var server =
            TestServer.tls(
                "TLSv1.3",
                socket -> {
                  socket.getInputStream().read();
                  var session = (ExtendedSSLSession) ((SSLSocket) socket).getSession();
                  names.set(session.getRequestedServerNames().toString());
                  socket.getOutputStream().write(1);
                });
        var connection =
            TlsClient.connect(List.of(server.endpoint()), "relay.test.", PinPolicy.any(), LIMIT)) {
      connection.output().write(1);
      assertThat(connection.input().read()).isEqualTo(1);
      assertThat(names.get()).contains("relay.test]").doesNotContain("test.]");
    }
  }

  @Test
  void acceptsOnlyAPinnedKey() throws Exception {
    byte[] right = PinPolicy.pinOf(TestServer.certificate());
    try (var server = TestServer.tls("TLSv1.3", TlsClientTest::echo)) {
      var endpoints = List.of(server.endpoint());
      TlsClient.connect(endpoints, null, PinPolicy.pins(List.of(new byte[32], right)), LIMIT)
          .close();
      assertThatThrownBy(() ->
              TlsClient.connect(endpoints, null, PinPolicy.pins(List.of(new byte[32])), LIMIT))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("none of the expected pins");
    }
  }

  @Test
  void refusesASelfMadeCertificateWherePublicRootsAreAskedFor() throws Exception {
    try (var server = TestServer.tls("TLSv1.3", TlsClientTest::echo)) {
      assertThatThrownBy(() ->
              TlsClient.connect("127.0.0.1", server.port(), PinPolicy.publicRoots(), LIMIT, null))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("TLS failed");
    }
  }

  @Test
  void takesTheAddressThatAnswersIfAnEarlierOneRefuses() throws Exception {
    Endpoint refusing;
    try (var free = new ServerSocket(0)) {
      refusing = new Endpoint(IpAddress.literal("127.0.0.1"), free.getLocalPort());
    }
    try (var server = TestServer.tls("TLSv1.3", TlsClientTest::echo);
        var connection =
            TlsClient.connect(List.of(refusing, server.endpoint()), null, PinPolicy.any(), LIMIT)) {
      assertThat(connection.remote()).isEqualTo(server.endpoint());
    }
  }

  @Test
  void namesTheAddressWhenEverythingRefuses() throws Exception {
    Endpoint refusing;
    try (var free = new ServerSocket(0)) {
      refusing = new Endpoint(IpAddress.literal("127.0.0.1"), free.getLocalPort());
    }
    assertThatThrownBy(
            () -> TlsClient.connect(List.of(refusing, refusing), null, PinPolicy.any(), LIMIT))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(refusing.toString());
  }

  @Test
  void givesUpOnAServerThatAcceptsAndSaysNothing() throws Exception {
    var done = new CountDownLatch(1);
    try (var server = TestServer.plain(_ -> done.await())) {
      assertThatThrownBy(() ->
              TlsClient.connect(
                  List.of(server.endpoint()), null, PinPolicy.any(), Duration.ofMillis(100)))
          .isInstanceOf(SocketTimeoutException.class);
      done.countDown();
    }
  }

  @Test
  void canReadOnAfterATimeoutInTheMiddleOfARecord() throws Exception {
    var go = new CountDownLatch(1);
    try (var server =
            TestServer.tls(
                "TLSv1.3",
                socket -> {
                  socket.getOutputStream().write(new byte[10_000]);
                  socket.getInputStream().read();
                });
        var slow = TestServer.plain(client -> dripThrough(client, server.endpoint(), go));
        var connection =
            TlsClient.connect(List.of(slow.endpoint()), null, PinPolicy.any(), LIMIT)) {
      connection.readTimeout(Duration.ofMillis(20));
      assertThatThrownBy(() -> connection.input().read())
          .isInstanceOf(SocketTimeoutException.class);
      go.countDown();
      connection.readTimeout(LIMIT);
      assertThat(connection.input().readNBytes(10_000)).hasSize(10_000).containsOnly(0);
    }
  }

  /// Passes everything on, but stops after 6,000 bytes of the server until `go`: the handshake and
  /// its tickets are smaller, the 10,000 bytes after it are larger.
  private static void dripThrough(Socket client, Endpoint target, CountDownLatch go)
      throws Exception {
    try (var upstream = new Socket(loopback(), target.port())) {
      passOn(client, upstream);
      InputStream in = upstream.getInputStream();
      byte[] buffer = new byte[6_000];
      for (int passed = 0; passed < buffer.length; ) {
        int length = in.read(buffer, 0, buffer.length - passed);
        client.getOutputStream().write(buffer, 0, length);
        passed += length;
      }
      go.await();
      in.transferTo(client.getOutputStream());
    }
  }

  @Test
  void goesThroughAProxyThatTheEnvironmentNames() throws Exception {
    var proxy = HttpProxy.of("relay.test", Map.of("HTTPS_PROXY", "http://user:pw@127.0.0.1:3128/"));
    assertThat(proxy).isEqualTo(new HttpProxy("127.0.0.1", 3128, "dXNlcjpwdw=="));
    var asked = new AtomicReference<HttpHead>();
    try (var server = TestServer.tls("TLSv1.3", TlsClientTest::echo);
        var tunnel = TestServer.plain(client -> tunnel(client, server.endpoint(), asked))) {
      var local = new HttpProxy("127.0.0.1", tunnel.port(), "dXNlcjpwdw==");
      try (var connection = TlsClient.connect("relay.test", 443, PinPolicy.any(), LIMIT, local)) {
        connection.output().write(7);
        assertThat(connection.input().read()).isEqualTo(7);
      }
      assertThat(asked.get().startLine()).isEqualTo("CONNECT relay.test:443 HTTP/1.1");
      assertThat(asked.get().header("proxy-authorization")).isEqualTo("Basic dXNlcjpwdw==");
    }
  }

  @Test
  void leavesTheProxyOutForExcludedHosts() {
    var environment =
        Map.of("https_proxy", "http://proxy:8080", "no_proxy", "example.org, .corp,10.1.2.3");
    assertThat(HttpProxy.of("example.org", environment)).isNull();
    assertThat(HttpProxy.of("a.example.org", environment)).isNull();
    assertThat(HttpProxy.of("a.corp", environment)).isNull();
    assertThat(HttpProxy.of("10.1.2.3", environment)).isNull();
    assertThat(HttpProxy.of("127.0.0.1", environment)).isNull();
    assertThat(HttpProxy.of("notexample.org", environment)).isNotNull();
  }

  @Test
  void triesAddressFamiliesByTurns() {
    var v4a = Endpoint.literal("192.0.2.1:1");
    var v4b = Endpoint.literal("192.0.2.2:1");
    var v6 = Endpoint.literal("[2001:db8::1]:1");
    assertThat(HostAddresses.interleave(List.of(v4a, v4b, v6))).containsExactly(v6, v4a, v4b);
  }

  private static void tunnel(Socket client, Endpoint target, AtomicReference<HttpHead> asked)
      throws Exception {
    asked.set(requireNonNull(HttpHead.read(client.getInputStream())));
    client
        .getOutputStream()
        .write("HTTP/1.1 200 Connection established\r\n\r\n".getBytes(US_ASCII));
    try (var upstream = new Socket(loopback(), target.port())) {
      passOn(client, upstream);
      upstream.getInputStream().transferTo(client.getOutputStream());
    }
  }

  private static void passOn(Socket from, Socket to) {
    Thread.ofVirtual()
        .start(() -> {
          try {
            from.getInputStream().transferTo(to.getOutputStream());
          } catch (IOException e) {
            // ended
          }
        });
  }

  private static InetAddress loopback() throws IOException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
  }

  private static void echo(Socket socket) throws IOException {
    socket.getInputStream().transferTo(socket.getOutputStream());
  }
}
