package dev.adit.crypto;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/// An X25519 private key, clamped (RFC 7748 §5). Immutable; never printed.
public final class PrivateKey {
  private final byte[] bytes;
  private final PublicKey publicKey;

  private PrivateKey(byte[] bytes) {
    this.bytes = bytes;
    this.publicKey = PublicKey.of(X25519.publicKey(bytes));
  }

  /// @param bytes exactly 32; copied and clamped
  public static PrivateKey of(byte[] bytes) {
    if (bytes.length != 32) {
      throw new IllegalArgumentException("private key: " + bytes.length + " bytes, needs 32");
    }
    byte[] clamped = bytes.clone();
    clamped[0] &= (byte) 248;
    clamped[31] = (byte) (clamped[31] & 127 | 64);
    return new PrivateKey(clamped);
  }

  /// @param random must be cryptographically secure outside of tests
  public static PrivateKey generate(RandomGenerator random) {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return of(bytes);
  }

  public PublicKey publicKey() {
    return publicKey;
  }

  /// The shared secret with `other`, 32 bytes.
  ///
  /// @throws CryptoException if `other` is not usable or the result is all zero
  public byte[] agree(PublicKey other) throws CryptoException {
    if (other.isSecondSpelling()) {
      throw new CryptoException("X25519: public key is not usable");
    }
    // A low-order point needs no check of its own, a second scalar multiplication: its agreement
    // with any clamped key is all zero.
    return X25519.agree(bytes, other.bytes());
  }

  /// A copy of the clamped bytes: for storing and for WireGuard's configuration only.
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PrivateKey that
        && java.security.MessageDigest.isEqual(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(publicKey.bytes());
  }

  @Override
  public String toString() {
    return "PrivateKey[…]";
  }
}
