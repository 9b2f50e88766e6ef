package dev.adit.crypto;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// SHA-256, and SHA-1 where a protocol prescribes it (FIPS 180-4).
public final class Hash {
  private Hash() {}

  /// The hash of the parts one after another, 32 bytes.
  public static byte[] sha256(byte[]... parts) {
    return digest("SHA-256", parts);
  }

  /// 20 bytes. Broken as a hash; WebSocket's handshake (RFC 6455 §4.2.2) uses it without relying on
  /// its strength.
  public static byte[] sha1(byte[]... parts) {
    return digest("SHA-1", parts);
  }

  private static byte[] digest(String algorithm, byte[]... parts) {
    try {
      var digest = MessageDigest.getInstance(algorithm);
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no " + algorithm, e);
    }
  }
}
