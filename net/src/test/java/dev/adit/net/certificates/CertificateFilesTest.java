package dev.adit.net.certificates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.crypto.CryptoException;
import dev.adit.crypto.SelfSigned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateFilesTest {
  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
  private final SelfSigned one = made(1);
  private final SelfSigned two = made(2);

  @TempDir private Path folder;
  private Path certificate;
  private Path key;
  private final CertificateCounters counters = new CertificateCounters();
  private CertificateFiles files;

  @BeforeEach
  void opens() throws Exception {
    certificate = folder.resolve("relay.crt");
    key = folder.resolve("relay.key");
    write(one, one);
    files = CertificateFiles.open(certificate, key, counters); // nobody looks but the test
  }

  @Test
  void takesNewFiles() throws Exception {
    assertThat(files.current().pin()).isEqualTo(one.spkiPin());
    var before = files.current();
    files.look();
    assertThat(files.current()).isSameAs(before);
    write(two, two);
    files.look();
    assertThat(files.current().pin()).isEqualTo(two.spkiPin());
    assertThat(counters.renewals()).isEqualTo(1);
    assertThat(counters.failures(CertificateFailure.FILES)).isZero();
  }

  @Test
  void keepsTheOldCertificateWhileNewFilesAreBadAndComplainsOnce() throws Exception {
    Files.writeString(certificate, "no certificate");
    for (int i = 0; i < 4; i++) {
      files.look();
    }
    assertThat(files.current().pin()).isEqualTo(one.spkiPin());
    assertThat(counters.failures(CertificateFailure.FILES)).isEqualTo(1);
    Files.delete(certificate);
    files.look();
    files.look();
    assertThat(files.current().pin()).isEqualTo(one.spkiPin());
    assertThat(counters.failures(CertificateFailure.FILES)).isEqualTo(2);
    write(two, two);
    files.look();
    assertThat(files.current().pin()).isEqualTo(two.spkiPin());
  }

  @Test
  void waitsForTheSecondFileOfTwo() throws Exception {
    write(one, two);
    files.look();
    assertThat(counters.failures(CertificateFailure.FILES)).isZero();
    write(two, two);
    files.look();
    assertThat(files.current().pin()).isEqualTo(two.spkiPin());
  }

  @Test
  void refusesToBeginWithBadFiles() throws Exception {
    write(one, two);
    assertThatThrownBy(() -> CertificateFiles.open(certificate, key, counters).close())
        .isInstanceOf(CryptoException.class)
        .hasMessage("the private key is not that of the first certificate");
  }

  private void write(SelfSigned withKey, SelfSigned withCertificate) throws IOException {
    Files.writeString(key, withKey.privateKeyPem());
    Files.writeString(certificate, withCertificate.certificatePem());
  }

  private static SelfSigned made(int seed) {
    return SelfSigned.create(new Random(seed), NOW, List.of("relay"), List.of());
  }
}
