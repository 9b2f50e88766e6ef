package dev.adit.crypto;

/// The cipher state of one direction (Noise rev. 34 §5.1): a key and a counter that is the nonce,
/// so every message opens exactly once and in order. Confined to one thread.
final class NoiseCipher {
  private final ChaChaPoly cipher;
  private final byte[] nonce = new byte[ChaChaPoly.NONCE_BYTES];
  private long counter;

  NoiseCipher(byte[] key) {
    cipher = new ChaChaPoly(key);
  }

  byte[] seal(byte[] aad, byte[] plaintext) {
    byte[] sealed = cipher.seal(nonce, aad, plaintext);
    advance();
    return sealed;
  }

  /// Does not count when it fails; callers give up then anyway.
  byte[] open(byte[] aad, byte[] sealed) throws CryptoException {
    byte[] plaintext = cipher.open(nonce, aad, sealed);
    advance();
    return plaintext;
  }

  /// Noise §12.3: 4 zero bytes, then the counter little-endian. 2⁶⁴ messages are never reached.
  private void advance() {
    counter++;
    for (int i = 0; i < 8; i++) {
      nonce[4 + i] = (byte) (counter >>> (8 * i));
    }
  }
}
