package dev.adit.core.path;

import dev.adit.crypto.CryptoException;
import dev.adit.wire.probe.ProbeCipher;
import java.util.Arrays;

/// For simulations of millions of probes: leaves the plaintext readable, which also lets a checker
/// look into it, and its tag only notices another key or changed bytes.
final class PlainCipher implements ProbeCipher {
  private static final int TAG_BYTES = 16;

  @Override
  public byte[] seal(byte[] key, byte[] nonce, byte[] aad, byte[] plaintext) {
    byte[] sealed = Arrays.copyOf(plaintext, plaintext.length + TAG_BYTES);
    putTag(sealed, plaintext.length, tag(key, aad, plaintext));
    return sealed;
  }

  @Override
  public byte[] open(byte[] key, byte[] nonce, byte[] aad, byte[] sealed) throws CryptoException {
    byte[] plaintext = Arrays.copyOf(sealed, sealed.length - TAG_BYTES);
    byte[] expected = new byte[TAG_BYTES];
    putTag(expected, 0, tag(key, aad, plaintext));
    if (!Arrays.equals(expected, Arrays.copyOfRange(sealed, plaintext.length, sealed.length))) {
      throw new CryptoException("tag");
    }
    return plaintext;
  }

  private static long tag(byte[] key, byte[] aad, byte[] plaintext) {
    return Arrays.hashCode(key) * 31L + Arrays.hashCode(aad) * 17L + Arrays.hashCode(plaintext);
  }

  private static void putTag(byte[] target, int at, long tag) {
    for (int i = 0; i < 8; i++) {
      target[at + i] = (byte) (tag >>> 8 * i);
    }
  }
}
