package dev.adit.net.tls;

import dev.adit.crypto.ConstantTime;
import dev.adit.crypto.Hash;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

  /// A chain to a root of the Java runtime or to one of `roots`, valid now, with `name` among its
  /// subject's alternative names; so a server can be asked for under one name and known by another
  /// (derp §10.4).
  ///
  /// @param name a DNS name or an IP literal
  /// @param roots more roots
  record Certified(String name, List<X509Certificate> roots) implements PinPolicy {
    public Certified {
      roots = List.copyOf(roots);
    }
  }

  /// Exactly one certificate beside those that only tell a relay's key, the first, with this
  /// SHA-256 over its DER, valid now (derp §10.4, `sha256-raw:`). It signed the handshake:
  /// somewhere in the list, a copy of it would do.
  ///
  /// @param name among its alternative names; null if that does not matter
  record Fingerprint(byte[] sha256, @Nullable String name) implements PinPolicy {}

  static PinPolicy any() {
    return new Any();
  }

  static PinPolicy publicRoots() {
    return new PublicRoots();
  }

  static PinPolicy pins(List<byte[]> sha256) {
    return new Pins(sha256);
  }

  static PinPolicy certified(String name, List<X509Certificate> roots) {
    return new Certified(name, roots);
  }

  static PinPolicy fingerprint(byte[] sha256, @Nullable String name) {
    return new Fingerprint(sha256, name);
  }

  /// The pin of a certificate.
  static byte[] pinOf(X509Certificate certificate) {
    return Hash.sha256(certificate.getPublicKey().getEncoded());
  }

  /// Judges the certificates in the order in which the server sent them.
  ///
  /// @param chain at least one
  /// @throws CertificateException if this policy refuses them
  default void check(X509Certificate[] chain) throws CertificateException {
    switch (this) {
      case Any(), PublicRoots() -> {} // the latter is JSSE's to judge
      case Pins(var pins) -> {
        byte[] found = pinOf(chain[0]);
        if (pins.stream().noneMatch(pin -> ConstantTime.equal(pin, found))) {
          throw new CertificateException("the server's certificate has none of the expected pins");
        }
      }
      case Certified(var name, var roots) -> CertificateChecks.certified(chain, name, roots);
      case Fingerprint(var sha256, var name) -> CertificateChecks.fingerprint(chain, sha256, name);
    }
  }
}
