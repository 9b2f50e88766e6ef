package dev.adit.crypto;

import java.util.Arrays;

/// HKDF with SHA-256 (RFC 5869), extract and expand in one.
public final class Hkdf {
  private static final int HASH_BYTES = 32;

  private Hkdf() {}

  /// @param ikm the input keying material
  /// @param salt may be empty, which means 32 zero bytes
  /// @param length bytes wanted, 1 to 8160
  public static byte[] sha256(byte[] ikm, byte[] salt, byte[] info, int length) {
    if (length < 1 || length > 255 * HASH_BYTES) {
      throw new IllegalArgumentException("HKDF: " + length + " bytes, allowed 1 to 8160");
    }
    byte[] key = Hmac.sha256(salt, ikm);
    byte[] result = new byte[length];
    byte[] block = new byte[0];
    byte[] counter = new byte[1];
    for (int at = 0; at < length; at += HASH_BYTES) {
      counter[0]++;
      block = Hmac.sha256(key, block, info, counter);
      System.arraycopy(block, 0, result, at, Math.min(HASH_BYTES, length - at));
    }
    Arrays.fill(key, (byte) 0);
    return result;
  }
}
