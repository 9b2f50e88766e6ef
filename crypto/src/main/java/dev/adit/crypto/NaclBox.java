package dev.adit.crypto;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.bouncycastle.crypto.macs.Poly1305;
import org.bouncycastle.crypto.params.KeyParameter;

/// NaCl's `crypto_box` (curve25519xsalsa20poly1305) between two X25519 keys, with the shared key
/// computed once. Immutable; both ends make the same one.
///
///     sealed value = nonce(24) ‖ Poly1305 tag(16) ‖ ciphertext
///
/// An opened box proves that its maker holds one of the two private keys (derp §1.3).
public final class NaclBox {
  public static final int NONCE_BYTES = 24;
  public static final int TAG_BYTES = 16;

  /// What sealing adds to a message.
  public static final int OVERHEAD = NONCE_BYTES + TAG_BYTES;

  private static final int MAC_KEY_BYTES = 32; // the stream's beginning

  private final byte[] key;

  private NaclBox(byte[] key) {
    this.key = key;
  }

  /// @throws CryptoException if `peer` is zero, of low order, or has bit 255 set
  public static NaclBox between(PrivateKey own, PublicKey peer) throws CryptoException {
    return new NaclBox(Salsa20.hsalsa20(own.agree(peer), new byte[16], 0));
  }

  /// Seals under a random nonce.
  ///
  /// @param random must be cryptographically secure outside of tests
  public byte[] seal(byte[] message, RandomGenerator random) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    return seal(message, nonce);
  }

  /// Seals under `nonce` (24 bytes), which must never be used twice between the same two keys.
  public byte[] seal(byte[] message, byte[] nonce) {
    byte[] stream = Salsa20.xsalsa20(key, nonce, 0, MAC_KEY_BYTES + message.length);
    byte[] sealed = new byte[OVERHEAD + message.length];
    System.arraycopy(nonce, 0, sealed, 0, NONCE_BYTES);
    for (int i = 0; i < message.length; i++) {
      sealed[OVERHEAD + i] = (byte) (message[i] ^ stream[MAC_KEY_BYTES + i]);
    }
    byte[] tag = tag(stream, sealed, OVERHEAD, message.length);
    System.arraycopy(tag, 0, sealed, NONCE_BYTES, TAG_BYTES);
    return sealed;
  }

  /// Opens a sealed value; the message is a new array.
  public byte[] open(byte[] sealed) throws CryptoException {
    return open(sealed, 0, sealed.length);
  }

  /// Opens the sealed value in `length` bytes from `offset`; the message is a new array.
  public byte[] open(byte[] sealed, int offset, int length) throws CryptoException {
    int messageLength = length - OVERHEAD;
    if (messageLength < 0) {
      throw new CryptoException("NaCl box: " + length + " bytes, needs " + OVERHEAD);
    }
    byte[] stream = Salsa20.xsalsa20(key, sealed, offset, MAC_KEY_BYTES + messageLength);
    byte[] tag = tag(stream, sealed, offset + OVERHEAD, messageLength);
    int difference = 0;
    for (int i = 0; i < TAG_BYTES; i++) {
      difference |= tag[i] ^ sealed[offset + NONCE_BYTES + i];
    }
    if (difference != 0) {
      throw new CryptoException("NaCl box: tag does not verify");
    }
    byte[] message = Arrays.copyOfRange(sealed, offset + OVERHEAD, offset + length);
    for (int i = 0; i < messageLength; i++) {
      message[i] ^= stream[MAC_KEY_BYTES + i];
    }
    return message;
  }

  /// The tag covers the ciphertext only.
  private static byte[] tag(byte[] stream, byte[] bytes, int offset, int length) {
    var poly1305 = new Poly1305();
    poly1305.init(new KeyParameter(stream, 0, MAC_KEY_BYTES));
    poly1305.update(bytes, offset, length);
    byte[] tag = new byte[TAG_BYTES];
    poly1305.doFinal(tag, 0);
    return tag;
  }

  @Override
  public String toString() {
    return "NaclBox[…]";
  }
}
