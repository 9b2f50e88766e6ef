package dev.adit.cli.server;

import dev.adit.cli.Failure;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.SelfSigned;
import dev.adit.net.certificates.Certificates;
import dev.adit.net.certificates.RelayMeta;
import dev.adit.net.certificates.TlsIdentity;
import dev.adit.net.files.StateFiles;
import dev.adit.net.frontdoor.FrontDoorConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The certificate that a server shows, and its pin. Immutable.
///
/// @param certificates what is shown
/// @param pin SHA-256 of the first certificate's public key
record ServerCertificate(Certificates certificates, byte[] pin) {
  private static final String FILE = "tls.pem";
  private static final int LONGEST_FILE = 1024 * 1024;

  /// Reads what an administrator gave, PEM.
  static ServerCertificate given(Path certificate, Path key) {
    try {
      return of(text(key), text(certificate), certificate);
    } catch (IOException e) {
      throw Failure.failed("cannot read the certificate: " + e.getMessage());
    }
  }

  /// The one in the state folder; made there at first start. Nodes pin its key, so it stays when
  /// names change: those in it are for browsers only.
  ///
  /// @param names DNS names of the server
  /// @param addresses its addresses
  static ServerCertificate selfMade(
      Path stateFolder,
      List<String> names,
      List<String> addresses,
      Instant wallClock,
      RandomGenerator random)
      throws IOException {
    Path file = stateFolder.resolve(FILE);
    byte[] stored = StateFiles.readIfPresent(file, LONGEST_FILE);
    if (stored == null) {
      SelfSigned made = SelfSigned.create(random, wallClock, names, addresses);
      stored = (made.privateKeyPem() + made.certificatePem()).getBytes(StandardCharsets.US_ASCII);
      StateFiles.write(file, stored);
    }
    String both = new String(stored, StandardCharsets.US_ASCII);
    return of(both, both, file);
  }

  private static ServerCertificate of(String key, String certificates, Path source) {
    try {
      TlsIdentity identity = TlsIdentity.parse(key, certificates);
      return new ServerCertificate(Certificates.always(identity), identity.pin());
    } catch (CryptoException e) {
      throw Failure.failed(source + ": " + e.getMessage());
    }
  }

  /// For the front door.
  ///
  /// @param meta of the relay behind it; null for none
  FrontDoorConfig.Tls tls(@Nullable RelayMeta meta) {
    return new FrontDoorConfig.Tls(certificates, meta);
  }

  private static String text(Path file) throws IOException {
    return new String(StateFiles.read(file, LONGEST_FILE), StandardCharsets.US_ASCII);
  }
}
