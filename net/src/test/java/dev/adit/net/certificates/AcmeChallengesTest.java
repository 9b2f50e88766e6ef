package dev.adit.net.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.SelfSigned;
import dev.adit.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AcmeChallengesTest {
  private final AcmeChallenges challenges = new AcmeChallenges();

  @Test
  void showsAFileAsLongAsItsOrderLasts() {
    try (var _ = challenges.file("token", "token.thumbprint")) {
      var answer = challenges.handle(request("GET", AcmeChallenges.PATH + "token"));
      assertThat(answer.status()).isEqualTo(200);
      assertThat(new String(answer.body(), StandardCharsets.US_ASCII))
          .isEqualTo("token.thumbprint");
      assertThat(challenges.handle(request("GET", AcmeChallenges.PATH + "other")).status())
          .isEqualTo(404);
      assertThat(challenges.handle(request("GET", "/token")).status()).isEqualTo(404);
      assertThat(challenges.handle(request("POST", AcmeChallenges.PATH + "token")).status())
          .isEqualTo(405);
    }
    assertThat(challenges.handle(request("GET", AcmeChallenges.PATH + "token")).status())
        .isEqualTo(404);
  }

  @Test
  void showsACertificateAsLongAsItsOrderLasts() throws Exception {
    var made = SelfSigned.create(new Random(1), Instant.EPOCH, List.of(), List.of());
    var identity = TlsIdentity.parse(made.privateKeyPem(), made.certificatePem());
    try (var _ = challenges.certificate("192.0.2.1", identity)) {
      assertThat(challenges.certificate("1.2.0.192.in-addr.arpa")).isSameAs(identity);
    }
    assertThat(challenges.certificate("1.2.0.192.in-addr.arpa")).isNull();
  }

  @Test
  void isAskedForAddressesByTheNamesOfTheirReverseLookUp() {
    assertThat(AcmeChallenges.serverName("relay.example.org")).isEqualTo("relay.example.org");
    assertThat(AcmeChallenges.serverName("192.0.2.1")).isEqualTo("1.2.0.192.in-addr.arpa");
    assertThat(AcmeChallenges.serverName("2001:db8::1"))
        .isEqualTo("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
  }

  private static HttpRequest request(String method, String path) {
    return new HttpRequest(method, path, null, Map.of(), new byte[0], null, null);
  }
}
