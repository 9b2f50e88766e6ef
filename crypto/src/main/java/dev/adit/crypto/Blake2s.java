package dev.adit.crypto;

import org.bouncycastle.crypto.digests.Blake2sDigest;
import org.jspecify.annotations.Nullable;

/// BLAKE2s (RFC 7693), alone, keyed, and inside HMAC as the Noise framework uses it.
public final class Blake2s {
  static final int HASH_BYTES = 32;
  private static final int BLOCK_BYTES = 64;

  private Blake2s() {}

  /// The hash of the parts one after another, 32 bytes.
  public static byte[] hash(byte[]... parts) {
    return digest(null, HASH_BYTES, parts);
  }

  /// BLAKE2s' own keyed mode, for example WireGuard's `mac1` with 16 bytes.
  ///
  /// @param key 1 to 32 bytes
  /// @param length bytes wanted, 1 to 32
  public static byte[] keyed(byte[] key, int length, byte[]... parts) {
    return digest(key, length, parts);
  }

  /// HMAC-BLAKE2s (RFC 2104 with a block of 64 bytes), 32 bytes.
  ///
  /// @param key at most 64 bytes; Noise never has more
  public static byte[] hmac(byte[] key, byte[]... parts) {
    if (key.length > BLOCK_BYTES) {
      throw new IllegalArgumentException("HMAC-BLAKE2s: key is " + key.length + " bytes, max 64");
    }
    byte[] inner = new byte[BLOCK_BYTES];
    byte[] outer = new byte[BLOCK_BYTES];
    for (int i = 0; i < BLOCK_BYTES; i++) {
      byte k = i < key.length ? key[i] : 0;
      inner[i] = (byte) (k ^ 0x36);
      outer[i] = (byte) (k ^ 0x5c);
    }
    byte[][] message = new byte[parts.length + 1][];
    message[0] = inner;
    System.arraycopy(parts, 0, message, 1, parts.length);
    return hash(outer, hash(message));
  }

  private static byte[] digest(byte @Nullable [] key, int length, byte[]... parts) {
    var digest = new Blake2sDigest(key, length, null, null);
    for (byte[] part : parts) {
      digest.update(part, 0, part.length);
    }
    byte[] result = new byte[length];
    digest.doFinal(result, 0);
    return result;
  }
}
