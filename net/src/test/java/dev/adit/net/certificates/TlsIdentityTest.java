package dev.adit.net.certificates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.crypto.CryptoException;
import dev.adit.crypto.SelfSigned;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TlsIdentityTest {
  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
  private final SelfSigned one = made(1);
  private final SelfSigned two = made(2);

  /// derp §17.38
  @Test
  void isPinnedByTheCertificateWhoseKeySignsTheHandshake() throws Exception {
    var identity =
        TlsIdentity.parse(one.privateKeyPem(), one.certificatePem() + two.certificatePem());
    assertThat(identity.pin()).isEqualTo(one.spkiPin());
    assertThat(identity.chain()).hasSize(2);
  }

  @Test
  void refusesWhatDoesNotBelongTogether() {
    assertThatThrownBy(() ->
            TlsIdentity.parse(one.privateKeyPem(), two.certificatePem() + one.certificatePem()))
        .isInstanceOf(CryptoException.class)
        .hasMessage("the private key is not that of the first certificate");
    assertThatThrownBy(() -> TlsIdentity.parse(one.privateKeyPem(), "no"))
        .hasMessageStartingWith("no CERTIFICATE block");
  }

  @Test
  void knowsItsNamesAndTime() throws Exception {
    var identity = TlsIdentity.parse(one.privateKeyPem(), one.certificatePem());
    for (String name : List.of("relay.example.org", "a.wild.example.org", "192.0.2.1")) {
      assertThat(identity.names(name)).as(name).isTrue();
    }
    assertThat(identity.names("2001:db8:0:0::1")).isTrue();
    for (String name :
        List.of("example.org", "wild.example.org", "a.b.wild.example.org", "192.0.2.2")) {
      assertThat(identity.names(name)).as(name).isFalse();
    }
    assertThat(identity.notBefore()).isEqualTo("2026-02-28T00:00:00Z");
    assertThat(identity.notAfter()).isEqualTo("2036-02-27T00:00:00Z");
  }

  private static SelfSigned made(int seed) {
    return SelfSigned.create(
        new Random(seed),
        NOW,
        List.of("Relay.example.org", "*.wild.example.org"),
        List.of("192.0.2.1", "2001:db8::1"));
  }
}
