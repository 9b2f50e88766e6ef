package dev.adit.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Our certificates, judged by the JDK's own X.509 code.
class CertificateTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private final SelfSigned made =
      SelfSigned.create(
          new Random(7), NOW, List.of("vpn.example.org"), List.of("192.0.2.1", "2001:db8::1"));

  @Test
  void makesACertificateThatVerifiesWithItsOwnKey() throws Exception {
    X509Certificate parsed = parse(made.certificate());
    parsed.verify(parsed.getPublicKey());
    assertThat(parsed.getNotBefore()).isEqualTo("2026-01-01T03:04:05Z");
    assertThat(parsed.getNotAfter()).isEqualTo("2035-12-31T03:04:05Z");
    assertThat(parsed.getSubjectAlternativeNames())
        .containsExactlyInAnyOrder(
            List.of(2, "vpn.example.org"),
            List.of(7, "192.0.2.1"),
            List.of(7, "2001:db8:0:0:0:0:0:1"));
    assertThat(parsed.getBasicConstraints()).isEqualTo(-1);
  }

  @Test
  void makesOneForAnAddressAsDerperDoes() throws Exception {
    X509Certificate parsed =
        parse(SelfSigned.createForAddress(new Random(7), NOW, "192.0.2.1").certificate());
    parsed.verify(parsed.getPublicKey());
    assertThat(parsed.getSubjectX500Principal().getName()).isEqualTo("CN=192.0.2.1");
    assertThat(parsed.getNotBefore()).isEqualTo("2026-01-02T03:04:05Z");
    assertThat(parsed.getNotAfter()).isEqualTo("2027-01-02T03:04:05Z");
    assertThat(parsed.getSubjectAlternativeNames()).containsExactly(List.of(7, "192.0.2.1"));
    assertThat(parsed.getKeyUsage()).startsWith(true, false, true, false);
    assertThat(parsed.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
  }

  /// RFC 8737 §3: critical, an octet string within.
  @Test
  void makesOneThatAnswersAChallenge() throws Exception {
    byte[] digest = Hash.sha256(new byte[] {1});
    X509Certificate parsed =
        parse(
            SelfSigned.createForChallenge(
                    new Random(7), NOW, List.of("vpn.example.org"), List.of(), digest)
                .certificate());
    assertThat(parsed.getCriticalExtensionOIDs()).contains("1.3.6.1.5.5.7.1.31");
    assertThat(parsed.getExtensionValue("1.3.6.1.5.5.7.1.31"))
        .hasSize(36)
        .startsWith(4, 34, 4, 32)
        .endsWith(digest);
    assertThat(parsed.getSubjectAlternativeNames()).containsExactly(List.of(2, "vpn.example.org"));
  }

  @Test
  void makesAPrivateKeyThatBelongsToIt() throws Exception {
    var key =
        KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(made.privateKey()));
    var signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(key);
    signature.update(new byte[] {1, 2, 3});
    byte[] signed = signature.sign();
    signature.initVerify(parse(made.certificate()));
    signature.update(new byte[] {1, 2, 3});
    assertThat(signature.verify(signed)).isTrue();
  }

  @Test
  void pinsThePublicKey() throws Exception {
    assertThat(made.spkiPin())
        .isEqualTo(Hash.sha256(parse(made.certificate()).getPublicKey().getEncoded()));
  }

  @Test
  void makesTheSameFromTheSameRandomBytesAndNamesFromNone() throws Exception {
    var again = SelfSigned.create(new Random(7), NOW, List.of(), List.of());
    assertThat(again.privateKey()).isEqualTo(made.privateKey());
    assertThat(parse(again.certificate()).getSubjectAlternativeNames()).isNull();
  }

  @Test
  void survivesPem() throws Exception {
    String text = made.privateKeyPem() + "text between\n" + made.certificatePem();
    assertThat(Pem.decode(Pem.CERTIFICATE, text + made.certificatePem()))
        .containsExactly(made.certificate(), made.certificate());
    assertThat(Pem.decode(Pem.PRIVATE_KEY, text)).containsExactly(made.privateKey());
    assertThatThrownBy(() -> Pem.decode(Pem.CERTIFICATE, "-----BEGIN CERTIFICATE-----\nAAAA"))
        .isInstanceOf(CryptoException.class);
    assertThatThrownBy(() -> Pem.decode(Pem.CERTIFICATE, text.replace("MII", "M!I")))
        .isInstanceOf(CryptoException.class);
  }

  @Test
  void readsOrRefusesAnyBytes() {
    var random = new Random(1);
    for (int i = 0; i < 3000; i++) {
      byte[] bytes = made.certificate().clone();
      for (int flips = random.nextInt(4); flips >= 0; flips--) {
        bytes[random.nextInt(120)] = (byte) random.nextInt();
      }
      byte[] cut = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
      try {
        assertThat(Certificate.spkiPin(cut)).hasSize(32);
      } catch (CryptoException expected) {
        assertThat(expected).hasMessageContaining("X.509");
      }
    }
  }

  private static X509Certificate parse(byte[] der) throws Exception {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
  }
}
