package dev.adit.crypto;

import java.util.Arrays;

/// What Adit reads of an X.509 certificate (RFC 5280 §4.1): its public key's hash, to compare with
/// a pin.
///
/// Reads the few DER headers on the way itself, in place: loading an ASN.1 library would cost the
/// agent more time than its whole TLS handshake.
public final class Certificate {
  private static final int SEQUENCE = 0x30;
  private static final int INTEGER = 0x02;
  private static final int VERSION = 0xa0;

  private Certificate() {}

  /// The pin of a certificate: SHA-256 of its SubjectPublicKeyInfo, 32 bytes (RFC 7469 §2.4).
  ///
  /// @param der one whole certificate
  /// @throws CryptoException if it is none
  public static byte[] spkiPin(byte[] der) throws CryptoException {
    var reader = new DerReader(der);
    reader.enter(SEQUENCE); // Certificate
    reader.enter(SEQUENCE); // TBSCertificate
    if (reader.peek() == VERSION) {
      reader.skip(VERSION);
    }
    reader.skip(INTEGER); // serialNumber
    reader.skip(SEQUENCE); // signature
    reader.skip(SEQUENCE); // issuer
    reader.skip(SEQUENCE); // validity
    reader.skip(SEQUENCE); // subject
    int start = reader.at;
    reader.skip(SEQUENCE); // subjectPublicKeyInfo
    return Hash.sha256(Arrays.copyOfRange(der, start, reader.at));
  }

  /// Steps over DER elements: `tag length content`, the length in one byte or, after `0x81` to
  /// `0x83`, in as many bytes as the low bits say.
  private static final class DerReader {
    private final byte[] der;
    private int at;

    DerReader(byte[] der) {
      this.der = der;
    }

    int peek() {
      return at < der.length ? der[at] & 0xff : -1;
    }

    /// Steps to the content of the element.
    void enter(int tag) throws CryptoException {
      length(tag);
    }

    void skip(int tag) throws CryptoException {
      int length = length(tag); // moves `at` itself
      at += length;
    }

    private int length(int tag) throws CryptoException {
      if (peek() != tag) {
        throw malformed();
      }
      at++;
      int length = peek();
      at++;
      if (length > 0x80 && length <= 0x83) {
        int bytes = length & 0x7f;
        length = 0;
        for (int i = 0; i < bytes; i++) {
          length = length << 8 | peek() & 0xff;
          at++;
        }
      } else if (length < 0 || length >= 0x80) {
        throw malformed();
      }
      if (length > der.length - at) {
        throw malformed();
      }
      return length;
    }

    private static CryptoException malformed() {
      return new CryptoException("certificate: not an X.509 certificate in DER");
    }
  }
}
