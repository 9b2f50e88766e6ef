package dev.adit.crypto;

/// X25519 on raw bytes (RFC 7748), by Bouncy Castle.
final class X25519 {
  private X25519() {}

  static byte[] publicKey(byte[] privateKey) {
    byte[] result = new byte[32];
    org.bouncycastle.math.ec.rfc7748.X25519.scalarMultBase(privateKey, 0, result, 0);
    return result;
  }

  static byte[] agree(byte[] privateKey, byte[] publicKey) throws CryptoException {
    byte[] result = new byte[32];
    // The static call only returns false on an all-zero result; it does not throw.
    if (!org.bouncycastle.math.ec.rfc7748.X25519.calculateAgreement(
        privateKey, 0, publicKey, 0, result, 0)) {
      throw new CryptoException("X25519: result is all zero");
    }
    return result;
  }

  /// True for every point of order 1, 2, 4 or 8: the agreement of any clamped scalar with it is
  /// zero.
  static boolean isLowOrder(byte[] publicKey) {
    byte[] scalar = new byte[32];
    scalar[0] = 8;
    scalar[31] = 64;
    return !org.bouncycastle.math.ec.rfc7748.X25519.calculateAgreement(
        scalar, 0, publicKey, 0, new byte[32], 0);
  }
}
