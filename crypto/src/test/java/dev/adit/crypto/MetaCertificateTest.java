package dev.adit.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// derp §2.4, judged by the JDK's own X.509 code.
class MetaCertificateTest {
  private static final Instant NOW = Instant.parse("2026-03-01T03:04:05Z");
  private static final PublicKey DERP_KEY = PublicKey.of(HexFormat.of().parseHex("0f".repeat(32)));

  @Test
  void tellsKeyAndVersionAndNothingElse() throws Exception {
    X509Certificate meta = make();
    meta.verify(meta.getPublicKey());
    assertThat(meta.getSigAlgOID()).isEqualTo("1.3.101.112");
    assertThat(meta.getPublicKey().getAlgorithm()).isEqualTo("EdDSA");
    assertThat(meta.getSerialNumber()).isEqualTo(2);
    assertThat(meta.getSubjectX500Principal().getName())
        .isEqualTo("CN=derpkey" + "0f".repeat(32))
        .isEqualTo(meta.getIssuerX500Principal().getName());
    assertThat(meta.getNotBefore()).isEqualTo("2026-01-30T03:04:05Z");
    assertThat(meta.getNotAfter()).isEqualTo("2026-03-31T03:04:05Z");
    assertThat(meta.getCriticalExtensionOIDs()).containsExactly("2.5.29.19");
    assertThat(meta.getNonCriticalExtensionOIDs()).isEmpty();
    assertThat(meta.getExtensionValue("2.5.29.19")).containsExactly(4, 2, 0x30, 0);
    assertThat(meta.getBasicConstraints()).isEqualTo(-1);
  }

  private static X509Certificate make() throws Exception {
    byte[] der = MetaCertificate.create(new Random(3), NOW, DERP_KEY, 2);
    return (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
  }
}
