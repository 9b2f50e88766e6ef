package dev.adit.net.certificates;

import dev.adit.crypto.CryptoException;
import dev.adit.crypto.Hash;
import dev.adit.crypto.Pem;
import dev.adit.crypto.TlsKey;
import dev.adit.wire.IpAddress;
import dev.adit.wire.MalformedException;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/// A private key and the certificates that go with it, checked to belong together. Immutable; equal
/// only to itself, so that whoever keeps something for it notices its successor.
public final class TlsIdentity {
  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;

  private final TlsKey key;
  private final List<X509Certificate> chain;

  private TlsIdentity(TlsKey key, List<X509Certificate> chain) {
    this.key = key;
    this.chain = List.copyOf(chain);
  }

  /// @param keyPem what [TlsKey#parse] takes
  /// @param certificatesPem the server's first, then those that lead to a root
  /// @throws CryptoException saying which of the two cannot be used, or that they do not belong
  ///   together
  public static TlsIdentity parse(String keyPem, String certificatesPem) throws CryptoException {
    return of(TlsKey.parse(keyPem), chain(certificatesPem));
  }

  /// @param chain the server's first
  /// @throws CryptoException if the first does not belong to the key
  public static TlsIdentity of(TlsKey key, List<X509Certificate> chain) throws CryptoException {
    if (!key.belongsTo(chain.getFirst().getPublicKey())) {
      throw new CryptoException("the private key is not that of the first certificate");
    }
    return new TlsIdentity(key, chain);
  }

  /// @throws CryptoException if there is none, or one that does not parse
  static List<X509Certificate> chain(String pem) throws CryptoException {
    var chain = new ArrayList<X509Certificate>();
    for (byte[] der : Pem.decode(Pem.CERTIFICATE, pem)) {
      chain.add(certificate(der));
    }
    if (chain.isEmpty()) {
      throw new CryptoException("no CERTIFICATE block; expected PEM");
    }
    return chain;
  }

  static X509Certificate certificate(byte[] der) throws CryptoException {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      throw new CryptoException("certificate: not an X.509 certificate in DER");
    }
  }

  public TlsKey key() {
    return key;
  }

  /// The server's first.
  public List<X509Certificate> chain() {
    return chain;
  }

  public X509Certificate leaf() {
    return chain.getFirst();
  }

  /// SHA-256 of the first certificate's SubjectPublicKeyInfo: it is certificate 0 whose key signs
  /// the handshake, so a pin binds to that one alone (derp §17.38).
  public byte[] pin() {
    return Hash.sha256(leaf().getPublicKey().getEncoded());
  }

  public Instant notBefore() {
    return leaf().getNotBefore().toInstant();
  }

  public Instant notAfter() {
    return leaf().getNotAfter().toInstant();
  }

  /// True if the first certificate is for this host: by its alternative names, with `*` for one
  /// first label.
  ///
  /// @param host a DNS name in lower case or an IP literal without brackets
  public boolean names(String host) {
    Collection<List<?>> names;
    try {
      names = leaf().getSubjectAlternativeNames();
    } catch (CertificateParsingException e) {
      return false;
    }
    if (names == null) {
      return false;
    }
    for (List<?> name : names) {
      if (name.get(1) instanceof String text && matches((Integer) name.getFirst(), text, host)) {
        return true;
      }
    }
    return false;
  }

  private static boolean matches(int kind, String text, String host) {
    try {
      return switch (kind) {
        case IP_ADDRESS -> IpAddress.parse(text).equals(IpAddress.parse(host));
        case DNS_NAME -> matches(text.toLowerCase(Locale.ROOT), host);
        default -> false;
      };
    } catch (MalformedException e) {
      return false; // a DNS name is no address
    }
  }

  private static boolean matches(String pattern, String host) {
    int dot = host.indexOf('.');
    return pattern.startsWith("*.")
        ? dot > 0 && pattern.substring(1).equals(host.substring(dot))
        : pattern.equals(host);
  }

  @Override
  public String toString() {
    return "TlsIdentity[" + leaf().getSubjectX500Principal() + ", until " + notAfter() + "]";
  }
}
