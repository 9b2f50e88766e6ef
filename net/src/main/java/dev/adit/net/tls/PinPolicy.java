package dev.adit.net.tls;

import dev.adit.crypto.ConstantTime;
import dev.adit.crypto.Hash;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;

/// Which server certificates a client accepts. Immutable.
public sealed interface PinPolicy {
  /// Every certificate: TLS is transport, trust comes from what is inside (control R-ID-4).
  record Any() implements PinPolicy {}

  /// Only a server whose key has one of these pins: SHA-256 of the SubjectPublicKeyInfo of the
  /// certificate that signed the handshake (number 0). Names and dates do not matter.
  record Pins(List<byte[]> sha256) implements PinPolicy {
    public Pins {
      sha256 = List.copyOf(sha256);
      if (sha256.isEmpty()) {
        throw new IllegalArgumentException("no pins: nothing could ever match");
      }
    }
  }

  /// A chain to a root of the Java runtime, valid now, for the host's name.
  record PublicRoots() implements PinPolicy {}

  static PinPolicy any() {
    return new Any();
  }

  static PinPolicy publicRoots() {
    return new PublicRoots();
  }

  static PinPolicy pins(List<byte[]> sha256) {
    return new Pins(sha256);
  }

  /// The pin of a certificate.
  static byte[] pinOf(X509Certificate certificate) {
    return Hash.sha256(certificate.getPublicKey().getEncoded());
  }

  /// What can be judged from certificate 0 alone.
  ///
  /// @throws CertificateException if this policy refuses it
  default void check(X509Certificate first) throws CertificateException {
    if (this instanceof Pins(List<byte[]> pins)) {
      byte[] found = pinOf(first);
      for (byte[] pin : pins) {
        if (ConstantTime.equal(pin, found)) {
          return;
        }
      }
      throw new CertificateException("the server's certificate has none of the expected pins");
    }
  }
}
