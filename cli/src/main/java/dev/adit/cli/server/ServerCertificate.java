package dev.adit.cli.server;

import dev.adit.cli.Failure;
import dev.adit.crypto.Certificate;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.Pem;
import dev.adit.crypto.SelfSigned;
import dev.adit.net.files.StateFiles;
import dev.adit.net.frontdoor.FrontDoorConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;

/// The certificate that a server shows, and its pin. Immutable.
///
/// @param tls key and certificates for the front door
/// @param pin SHA-256 of the first certificate's public key
record ServerCertificate(FrontDoorConfig.Tls tls, byte[] pin) {
  private static final String FILE = "tls.pem";
  private static final int LONGEST_FILE = 1024 * 1024;

  /// Reads what an administrator gave: PEM, the key as PKCS#8.
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
      List<byte[]> chain = Pem.decode(Pem.CERTIFICATE, certificates);
      List<byte[]> keys = Pem.decode(Pem.PRIVATE_KEY, key);
      if (chain.isEmpty() || keys.isEmpty()) {
        throw Failure.failed(
            source
                + ": "
                + (chain.isEmpty() ? "no CERTIFICATE" : "no PRIVATE KEY (PKCS#8)")
                + " block; expected PEM");
      }
      StringBuilder pem = new StringBuilder();
      for (byte[] certificate : chain) {
        pem.append(Pem.encode(Pem.CERTIFICATE, certificate));
      }
      return new ServerCertificate(
          new FrontDoorConfig.Tls(Pem.encode(Pem.PRIVATE_KEY, keys.get(0)), pem.toString()),
          Certificate.spkiPin(chain.get(0)));
    } catch (CryptoException e) {
      throw Failure.failed(source + ": " + e.getMessage());
    }
  }

  private static String text(Path file) throws IOException {
    return new String(StateFiles.read(file, LONGEST_FILE), StandardCharsets.US_ASCII);
  }
}
