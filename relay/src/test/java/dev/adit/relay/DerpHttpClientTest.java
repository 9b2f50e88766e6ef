package dev.adit.relay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.core.admission.OpenAdmission;
import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.core.derp.DerpCounter;
import dev.adit.crypto.Hash;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.crypto.SelfSigned;
import dev.adit.derp.DerpHttpClient;
import dev.adit.derp.DerpOptions;
import dev.adit.derp.HttpOptions;
import dev.adit.net.Clock;
import dev.adit.net.certificates.Certificates;
import dev.adit.net.certificates.RelayMeta;
import dev.adit.net.certificates.TlsIdentity;
import dev.adit.net.frontdoor.FrontDoor;
import dev.adit.net.frontdoor.FrontDoorConfig;
import dev.adit.net.frontdoor.RequestRoutes;
import dev.adit.wire.Endpoint;
import dev.adit.wire.derp.DerpNode;
import dev.adit.wire.derp.DerpRegion;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The HTTP client of module `derp` against our own relay, over real sockets.
class DerpHttpClientTest {
  private static final Endpoint LOOPBACK = Endpoint.literal("127.0.0.1:0");
  private static final Executor THREADS = task -> Thread.ofVirtual().start(task);

  private final SecureRandom random = new SecureRandom();
  private final PrivateKey a = PrivateKey.generate(random);
  private final PrivateKey b = PrivateKey.generate(random);
  private final SelfSigned certificate =
      SelfSigned.create(random, Clock.SYSTEM.wall(), List.of("relay.test"), List.of("127.0.0.1"));
  private final HttpOptions direct = HttpOptions.DEFAULT.withEnvironment(Map.of());

  @TempDir Path folder;
  private Relay relay;
  private FrontDoor door;
  private HttpOptions trusting;

  @BeforeEach
  void starts() throws Exception {
    var config =
        new RelayConfig(
            folder, "test", "here", 900, List.of(), List.of(), 443, List.of(), List.of(),
            List.of());
    relay = Relay.open(config, new OpenAdmission(), Clock.SYSTEM, random);
    door = open(0);
    trusting = direct.withRoots(List.of(x509()));
  }

  private FrontDoor open(int port) throws IOException {
    var tls = new FrontDoorConfig.Tls(certificate.privateKeyPem(), certificate.certificatePem());
    var listen = List.of(new Endpoint(LOOPBACK.address(), port));
    return FrontDoor.start(
        new FrontDoorConfig(listen, tls, 2, 1000, 1000, 30), relay.addTo(new RequestRoutes()));
  }

  @AfterEach
  void stops() {
    relay.close();
    door.close();
  }

  @Test
  void carriesPacketsBetweenTwoClients() throws Exception {
    try (var first = client(a, trusting);
        var second = client(b, trusting)) {
      second.connect();
      assertThat(next(second)).isInstanceOf(Event.Admitted.class);
      first.send(b.publicKey(), "hello".getBytes(UTF_8));
      assertThat(packet(next(second), a.publicKey())).isEqualTo("hello");
      byte[] longest = new byte[65_536];
      random.nextBytes(longest);
      first.send(b.publicKey(), longest);
      assertThat(((Event.Received) next(second)).packet()).isEqualTo(longest);
      assertThat(first.serverKey()).isEqualTo(relay.key());
      assertThat(first.local()).isNotNull();
    }
  }

  @Test
  void measuresARoundTrip() throws Exception {
    var client = client(a, trusting);
    client.connect();
    var reading = CompletableFuture.runAsync(() -> readToTheEnd(client), THREADS);
    assertThat(client.ping()).isPositive();
    client.close();
    reading.join();
    assertThatThrownBy(client::connect).hasMessage("client closed");
  }

  @Test
  void connectsAnewAfterAnErrorAndSaysAgainThatItIsAtHome() throws Exception {
    try (var client = client(a, trusting)) {
      client.notePreferred(true);
      assertThat(client.isConnected()).as("that alone does not connect").isFalse();
      assertThat(client.hear().generation()).isEqualTo(1);
      int port = door.listening().getFirst().port();
      door.close();
      assertThatThrownBy(client::hear).isInstanceOf(IOException.class);
      door = open(port);
      assertThat(client.hear().generation()).isEqualTo(2);
      client.send(a.publicKey(), new byte[1]); // comes back behind what was said before
      assertThat(next(client)).isInstanceOf(Event.Received.class);
      assertThat(relay.metrics().value(DerpCounter.HOME_CONNECTIONS)).isEqualTo(1);
    }
  }

  @Test
  void refusesACertificateThatIsNotForTheHost() {
    var withoutRoot = client(a, direct);
    assertThatThrownBy(withoutRoot::connect).isInstanceOf(IOException.class);
    var other = client(a, trusting.withCertName("other.test"));
    assertThatThrownBy(other::connect).hasMessageContaining("not for other.test");
  }

  /// An address needs itself among the certificate's names; the reference does not look (derp
  /// §10.4).
  @Test
  void wantsTheAddressItConnectsToInTheCertificate() throws Exception {
    var foreign =
        SelfSigned.create(random, Clock.SYSTEM.wall(), List.of("relay.test"), List.of("10.0.0.1"));
    var tls = new FrontDoorConfig.Tls(foreign.privateKeyPem(), foreign.certificatePem());
    try (var other =
        FrontDoor.start(
            new FrontDoorConfig(List.of(LOOPBACK), tls, 1, 1000, 1000, 30),
            relay.addTo(new RequestRoutes()))) {
      var url = URI.create("https://127.0.0.1:" + other.listening().getFirst().port() + "/derp");
      var options = direct.withRoots(List.of(x509(foreign)));
      try (var client = DerpHttpClient.of(url, a, options, random, Clock.SYSTEM)) {
        assertThatThrownBy(client::connect).hasMessageContaining("not for 127.0.0.1");
      }
      var fronted = options.withCertName("relay.test");
      try (var client = DerpHttpClient.of(url, a, fronted, random, Clock.SYSTEM)) {
        client.connect();
      }
    }
  }

  /// derp §17.38: the pin is that of certificate 0.
  @Test
  void knowsARelayByTheFingerprintOfItsFirstCertificate() throws Exception {
    String pin = HexFormat.of().formatHex(Hash.sha256(x509().getEncoded()));
    try (var client = client(a, direct.withCertName("sha256-raw:" + pin))) {
      client.connect();
    }
    var wrong = client(a, direct.withCertName("sha256-raw:" + "00".repeat(32)));
    assertThatThrownBy(wrong::connect).hasMessageContaining("another fingerprint");
  }

  /// derp §17.37: the certificate that tells the relay's key is never taken for its own one, by
  /// whatever way that is known.
  @Test
  void startsFastWhenTheCertificatesTellTheRelaysKey() throws Exception {
    String pin = HexFormat.of().formatHex(Hash.sha256(x509().getEncoded()));
    try (var fast = openTellingTheKey()) {
      var url = URI.create("https://127.0.0.1:" + fast.listening().getFirst().port() + "/derp");
      for (var options : List.of(trusting, direct.withCertName("sha256-raw:" + pin))) {
        try (var client = DerpHttpClient.of(url, a, options, random, Clock.SYSTEM)) {
          client.connect();
          assertThat(client.serverKey()).isEqualTo(relay.key());
          assertThat(next(client)).isInstanceOf(Event.Admitted.class);
        }
      }
      var wrong = trusting.withDerp(DerpOptions.DEFAULT.withServerKey(b.publicKey()));
      try (var client = DerpHttpClient.of(url, a, wrong, random, Clock.SYSTEM)) {
        assertThatThrownBy(client::connect).hasMessageContaining("expected");
      }
    }
    assertThat(relay.metrics().value(DerpCounter.ACCEPTS))
        .as("before it said who it is")
        .isEqualTo(2);
  }

  private FrontDoor openTellingTheKey() throws Exception {
    var identity = TlsIdentity.parse(certificate.privateKeyPem(), certificate.certificatePem());
    var tls =
        new FrontDoorConfig.Tls(
            Certificates.always(identity), new RelayMeta(relay.key(), 2, random));
    return FrontDoor.start(
        new FrontDoorConfig(List.of(LOOPBACK), tls, 1, 1000, 1000, 30),
        relay.addTo(new RequestRoutes()));
  }

  @Test
  void speaksThroughAWebSocket() throws Exception {
    try (var first = client(a, trusting.overWebSocket());
        var second = client(b, trusting.overWebSocket())) {
      assertThat(next(second)).isInstanceOf(Event.Admitted.class);
      byte[] longest = new byte[65_536];
      random.nextBytes(longest);
      first.send(b.publicKey(), longest);
      assertThat(((Event.Received) next(second)).packet()).isEqualTo(longest);
    }
  }

  @Test
  void refusesARelayWithAnotherKey() {
    var options = trusting.withDerp(DerpOptions.DEFAULT.withServerKey(b.publicKey()));
    assertThatThrownBy(() -> client(a, options).connect()).hasMessageContaining("expected");
  }

  @Test
  void takesTheFirstNodeOfARegionThatAnswers() throws Exception {
    int closedPort;
    try (var taken = new ServerSocket(0)) {
      closedPort = taken.getLocalPort();
    }
    var region =
        DerpRegion.of(
            900,
            "here",
            "Here",
            List.of(
                node("stun", 1, true),
                node("dead", closedPort, false),
                node("live", port(), false)));
    try (var client = DerpHttpClient.of(() -> region, a, direct, random, Clock.SYSTEM)) {
      assertThat(next(client)).isInstanceOf(Event.Admitted.class);
    }
    try (var client = DerpHttpClient.of(() -> null, a, direct, random, Clock.SYSTEM)) {
      assertThatThrownBy(client::connect).hasMessage("region not available");
    }
    var onlyStun = DerpRegion.of(900, "here", "Here", List.of(node("stun", 1, true)));
    try (var client = DerpHttpClient.of(() -> onlyStun, a, direct, random, Clock.SYSTEM)) {
      assertThatThrownBy(client::connect).hasMessageContaining("only STUN");
    }
  }

  @Test
  void goesThroughAnHttpProxyWithAPassword() throws Exception {
    try (var proxy = new TestProxy(port(), false)) {
      var env = Map.of("HTTPS_PROXY", proxy.url("anna:secret"));
      try (var client = named(trusting.withEnvironment(env))) {
        assertThat(next(client)).isInstanceOf(Event.Admitted.class);
      }
      assertThat(proxy.asked).containsExactly("CONNECT relay.test:8443");
      try (var client =
          named(trusting.withEnvironment(Map.of("https_proxy", proxy.url("anna:wrong"))))) {
        assertThatThrownBy(client::connect)
            .hasMessageContaining("407")
            .hasMessageNotContaining("wrong");
      }
    }
  }

  @Test
  void goesThroughASocksProxy() throws Exception {
    try (var proxy = new TestProxy(port(), true)) {
      for (String variable : List.of("ALL_PROXY", "HTTPS_PROXY")) {
        var env = Map.of(variable, proxy.url("anna:secret"));
        try (var client = named(trusting.withEnvironment(env))) {
          assertThat(next(client)).isInstanceOf(Event.Admitted.class);
        }
      }
      assertThat(proxy.asked).as("names are the proxy's to resolve").containsOnly("relay.test");
      var excluded = Map.of("ALL_PROXY", proxy.url("anna:secret"), "NO_PROXY", "elsewhere,.test");
      try (var client = named(trusting.withEnvironment(excluded).withDialHost("127.0.0.1"))) {
        assertThatThrownBy(client::connect).isInstanceOf(IOException.class);
      }
      assertThat(proxy.asked).hasSize(2);
    }
  }

  @Test
  void dialsElsewhereUnderTheNameOfItsUrl() throws Exception {
    var url = URI.create("https://relay.test:" + port() + "/derp");
    try (var client =
        DerpHttpClient.of(url, a, trusting.withDialHost("127.0.0.1"), random, Clock.SYSTEM)) {
      assertThat(next(client)).isInstanceOf(Event.Admitted.class);
    }
  }

  @Test
  void saysWhatAnHttpServerAnswersThatIsNoRelay() {
    var url = URI.create("https://127.0.0.1:" + port() + "/nothing-here");
    var client = DerpHttpClient.of(url, a, trusting, random, Clock.SYSTEM);
    assertThatThrownBy(client::connect).isInstanceOf(IOException.class);
  }

  private DerpNode node(String name, int port, boolean stunOnly) {
    return new DerpNode(name, 900, "127.0.0.1", "", "", "", -1, stunOnly, port, true, "", false);
  }

  /// Asks for a port at which nothing listens: only the proxy leads to the relay.
  private DerpHttpClient named(HttpOptions options) {
    return DerpHttpClient.of(
        URI.create("https://relay.test:8443/derp"), a, options, random, Clock.SYSTEM);
  }

  private DerpHttpClient client(PrivateKey own, HttpOptions options) {
    var url = URI.create("https://127.0.0.1:" + port() + "/derp");
    return DerpHttpClient.of(url, own, options, random, Clock.SYSTEM);
  }

  private int port() {
    return door.listening().getFirst().port();
  }

  private static Event next(DerpHttpClient client) throws IOException {
    return client.receive();
  }

  private static void readToTheEnd(DerpHttpClient client) {
    try {
      while (true) {
        client.receive();
      }
    } catch (IOException e) {
      // that is the end
    }
  }

  private static String packet(Event event, PublicKey from) {
    var received = (Event.Received) event;
    assertThat(received.source()).isEqualTo(from);
    return new String(received.packet(), UTF_8);
  }

  private X509Certificate x509() throws Exception {
    return x509(certificate);
  }

  private static X509Certificate x509(SelfSigned of) throws Exception {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(of.certificatePem().getBytes(UTF_8)));
  }
}
