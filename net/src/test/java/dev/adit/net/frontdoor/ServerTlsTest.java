package dev.adit.net.frontdoor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.crypto.PublicKey;
import dev.adit.crypto.SelfSigned;
import dev.adit.net.Clock;
import dev.adit.net.certificates.Certificates;
import dev.adit.net.certificates.RelayMeta;
import dev.adit.net.certificates.TlsIdentity;
import dev.adit.net.http.HttpResponse;
import dev.adit.testkit.TrustsAll;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.derp.Derp;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Which certificates a client is shown, seen by real clients.
class ServerTlsTest {
  private static final PublicKey DERP_KEY = PublicKey.of(new byte[32]);

  private final TlsIdentity one = identity(1, "one.example.org");
  private final TlsIdentity two = identity(2, "two.example.org");
  private volatile TlsIdentity shown = one;
  private volatile @Nullable TlsIdentity challenge;
  private FrontDoor door;

  @BeforeEach
  void opens() throws IOException {
    Certificates certificates =
        new Certificates() {
          @Override
          public TlsIdentity choose(@Nullable String serverName, IpAddress local) {
            return serverName == null || !two.names(serverName) ? shown : two;
          }

          @Override
          public @Nullable TlsIdentity challenge(String serverName) {
            return one.names(serverName) ? challenge : null;
          }
        };
    var tls =
        new FrontDoorConfig.Tls(certificates, new RelayMeta(DERP_KEY, Derp.VERSION, new Random(3)));
    door =
        FrontDoor.start(
            FrontDoorConfig.of(List.of(Endpoint.literal("127.0.0.1:0")), tls),
            new RequestRoutes().http("/", request -> HttpResponse.text(200, request.path())));
  }

  @AfterEach
  void closes() {
    door.close();
  }

  /// derp §17.37
  @Test
  void showsTheMetaCertificateBehindTheChainAndNeverInsteadOfIt() throws Exception {
    for (String version : List.of("TLSv1.3", "TLSv1.2")) {
      for (int i = 0; i < 3; i++) {
        var presented = presented(version, null);
        assertThat(presented).hasSize(2);
        assertThat(presented.getFirst()).isEqualTo(one.leaf());
        assertThat(presented.getLast().getSubjectX500Principal().getName())
            .isEqualTo("CN=derpkey" + "00".repeat(32));
      }
    }
    assertThat(one.chain()).containsExactly(one.leaf()); // it was added to a copy
  }

  @Test
  void choosesByTheNameAskedForAndServesThoseWhoNameNothing() throws Exception {
    assertThat(presented("TLSv1.3", "two.example.org").getFirst()).isEqualTo(two.leaf());
    assertThat(presented("TLSv1.3", "ONE.example.org").getFirst()).isEqualTo(one.leaf());
    assertThat(presented("TLSv1.3", "else.example.org").getFirst()).isEqualTo(one.leaf());
    assertThat(presented("TLSv1.2", null).getFirst()).isEqualTo(one.leaf());
  }

  @Test
  void showsANewCertificateFromTheNextHandshakeOnAndKeepsOldConnections() throws Exception {
    try (var old = new RawClient(socket("TLSv1.3", null))) {
      shown = two;
      assertThat(presented("TLSv1.3", null).getFirst()).isEqualTo(two.leaf());
      old.send("GET /a HTTP/1.1\r\nHost: relay\r\n\r\n");
      assertThat(old.body(old.head())).isEqualTo("/a\n");
    }
  }

  @Test
  void answersAnAcmeChallengeOnlyWhileAnOrderWaitsForIt() throws Exception {
    assertThatThrownBy(() -> acme("one.example.org")).isInstanceOf(IOException.class);
    challenge = two;
    try (var socket = acme("one.example.org")) {
      assertThat(socket.getApplicationProtocol()).isEqualTo("acme-tls/1");
      assertThat(socket.getSession().getPeerCertificates()).containsExactly(two.leaf());
      assertThat(socket.getInputStream().read()).isEqualTo(-1); // nothing else is to be had there
    }
    assertThatThrownBy(() -> acme("two.example.org")).isInstanceOf(IOException.class);
  }

  private SSLSocket acme(String name) throws Exception {
    var socket = unconnected("TLSv1.3", name);
    var parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"acme-tls/1"});
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  private List<X509Certificate> presented(String version, @Nullable String name) throws Exception {
    try (var socket = socket(version, name)) {
      return Arrays.stream(socket.getSession().getPeerCertificates())
          .map(X509Certificate.class::cast)
          .toList();
    }
  }

  private SSLSocket socket(String version, @Nullable String name) throws Exception {
    var socket = unconnected(version, name);
    socket.startHandshake();
    return socket;
  }

  private SSLSocket unconnected(String version, @Nullable String name) throws Exception {
    var context = SSLContext.getInstance("TLS"); // a new one, so that no session is resumed
    context.init(null, new TrustManager[] {new TrustsAll()}, null);
    int port = door.listening().getFirst().port();
    var socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
    socket.setSoTimeout(30_000);
    socket.setEnabledProtocols(new String[] {version});
    if (name != null) {
      var parameters = socket.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(name)));
      socket.setSSLParameters(parameters);
    }
    return socket;
  }

  private static TlsIdentity identity(int seed, String name) {
    try {
      var made = SelfSigned.create(new Random(seed), Clock.SYSTEM.wall(), List.of(name), List.of());
      return TlsIdentity.parse(made.privateKeyPem(), made.certificatePem());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
