package dev.adit.crypto;

/// The Salsa20 core and the two functions NaCl builds from it: HSalsa20, which turns a key and 16
/// bytes into another key, and XSalsa20, a stream cipher with a 24-byte nonce. Little-endian
/// throughout; runs in constant time.
final class Salsa20 {
  // "expand 32-byte k"
  private static final int[] SIGMA = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};

  private Salsa20() {}

  /// HSalsa20 of a 32-byte key and the 16 bytes of `input` from `offset`.
  static byte[] hsalsa20(byte[] key, byte[] input, int offset) {
    int[] x = state(key, word(input, offset), word(input, offset + 4), 0, 0);
    x[8] = word(input, offset + 8);
    x[9] = word(input, offset + 12);
    rounds(x);
    byte[] result = new byte[32];
    for (int i = 0; i < 4; i++) {
      put(result, 4 * i, x[5 * i]);
      put(result, 16 + 4 * i, x[6 + i]);
    }
    return result;
  }

  /// `length` bytes of the XSalsa20 key stream, from its beginning.
  static byte[] xsalsa20(byte[] key, byte[] nonce, int nonceOffset, int length) {
    byte[] subkey = hsalsa20(key, nonce, nonceOffset);
    int[] input = state(subkey, word(nonce, nonceOffset + 16), word(nonce, nonceOffset + 20), 0, 0);
    byte[] stream = new byte[(length + 63) & ~63];
    int[] x = new int[16];
    for (int block = 0; block * 64 < length; block++) {
      input[8] = block; // messages stay far below 2^32 blocks
      System.arraycopy(input, 0, x, 0, 16);
      rounds(x);
      for (int i = 0; i < 16; i++) {
        put(stream, block * 64 + 4 * i, x[i] + input[i]);
      }
    }
    return stream;
  }

  private static int[] state(byte[] key, int n0, int n1, int c0, int c1) {
    int[] x = new int[16];
    for (int i = 0; i < 4; i++) {
      x[5 * i] = SIGMA[i];
      x[1 + i] = word(key, 4 * i);
      x[11 + i] = word(key, 16 + 4 * i);
    }
    x[6] = n0;
    x[7] = n1;
    x[8] = c0;
    x[9] = c1;
    return x;
  }

  /// Ten double rounds: columns, then rows.
  private static void rounds(int[] x) {
    for (int i = 0; i < 10; i++) {
      quarter(x, 0, 4, 8, 12);
      quarter(x, 5, 9, 13, 1);
      quarter(x, 10, 14, 2, 6);
      quarter(x, 15, 3, 7, 11);
      quarter(x, 0, 1, 2, 3);
      quarter(x, 5, 6, 7, 4);
      quarter(x, 10, 11, 8, 9);
      quarter(x, 15, 12, 13, 14);
    }
  }

  private static void quarter(int[] x, int a, int b, int c, int d) {
    x[b] ^= Integer.rotateLeft(x[a] + x[d], 7);
    x[c] ^= Integer.rotateLeft(x[b] + x[a], 9);
    x[d] ^= Integer.rotateLeft(x[c] + x[b], 13);
    x[a] ^= Integer.rotateLeft(x[d] + x[c], 18);
  }

  private static int word(byte[] b, int i) {
    return b[i] & 0xff | (b[i + 1] & 0xff) << 8 | (b[i + 2] & 0xff) << 16 | (b[i + 3] & 0xff) << 24;
  }

  private static void put(byte[] b, int i, int word) {
    b[i] = (byte) word;
    b[i + 1] = (byte) (word >>> 8);
    b[i + 2] = (byte) (word >>> 16);
    b[i + 3] = (byte) (word >>> 24);
  }
}
