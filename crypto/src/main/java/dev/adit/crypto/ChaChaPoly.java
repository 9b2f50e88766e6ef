package dev.adit.crypto;

import java.security.GeneralSecurityException;
import java.security.Provider;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// ChaCha20-Poly1305 (RFC 8439): keys of 32 bytes, nonces of 12, tags of 16 at the end.
///
/// The static calls are for single messages; an instance keeps its key schedule and cipher for
/// many. An instance is confined to one thread. A nonce must never seal twice under one key.
public final class ChaChaPoly {
  public static final int KEY_BYTES = 32;
  public static final int NONCE_BYTES = 12;
  public static final int TAG_BYTES = 16;

  private static final String NAME = "ChaCha20-Poly1305";

  /// Where this Java has it: to look for it takes longer than to open a short message.
  private static final Provider PROVIDER = find().getProvider();

  // For single messages.
  private static final ThreadLocal<Cipher> SEALING = ThreadLocal.withInitial(ChaChaPoly::create);
  private static final ThreadLocal<Cipher> OPENING = ThreadLocal.withInitial(ChaChaPoly::create);

  private final SecretKeySpec key;
  private final Cipher cipher;

  /// @param key 32 bytes; copied
  public ChaChaPoly(byte[] key) {
    this(key, create());
  }

  private ChaChaPoly(byte[] key, Cipher cipher) {
    if (key.length != KEY_BYTES) {
      throw new IllegalArgumentException("ChaCha20 key: " + key.length + " bytes, needs 32");
    }
    this.key = new SecretKeySpec(key, "ChaCha20");
    this.cipher = cipher;
  }

  private static Cipher create() {
    try {
      return Cipher.getInstance(NAME, PROVIDER);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Cipher find() {
    try {
      return Cipher.getInstance(NAME);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no ChaCha20-Poly1305", e);
    }
  }

  /// Encrypts one message; the answer is 16 bytes longer than `plaintext`.
  ///
  /// @throws IllegalArgumentException also if this thread has just sealed under this key and nonce
  public static byte[] seal(byte[] key, byte[] nonce, byte[] aad, byte[] plaintext) {
    return new ChaChaPoly(key, SEALING.get()).seal(nonce, aad, plaintext);
  }

  /// Reverses [#seal(byte[], byte[], byte[], byte[])].
  ///
  /// @throws CryptoException if the tag is wrong or missing
  public static byte[] open(byte[] key, byte[] nonce, byte[] aad, byte[] sealed)
      throws CryptoException {
    return new ChaChaPoly(key, OPENING.get()).open(nonce, aad, sealed);
  }

  public byte[] seal(byte[] nonce, byte[] aad, byte[] plaintext) {
    byte[] sealed = new byte[plaintext.length + TAG_BYTES];
    seal(nonce, aad, plaintext, 0, plaintext.length, sealed, 0);
    return sealed;
  }

  public byte[] open(byte[] nonce, byte[] aad, byte[] sealed) throws CryptoException {
    byte[] plaintext = new byte[Math.max(0, sealed.length - TAG_BYTES)];
    open(nonce, aad, sealed, 0, sealed.length, plaintext, 0);
    return plaintext;
  }

  /// Encrypts into the caller's array, which needs room for `length + 16` bytes.
  ///
  /// @return the bytes written
  public int seal(
      byte[] nonce, byte[] aad, byte[] in, int inOffset, int length, byte[] out, int outOffset) {
    try {
      cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(nonce));
      cipher.updateAAD(aad);
      return cipher.doFinal(in, inOffset, length, out, outOffset);
    } catch (GeneralSecurityException e) {
      // A wrong nonce length, a full array, or the same nonce twice in a row.
      throw new IllegalArgumentException("ChaCha20-Poly1305: cannot seal", e);
    }
  }

  /// Decrypts into the caller's array, which needs room for `length − 16` bytes.
  ///
  /// @return the bytes written
  /// @throws CryptoException if the tag is wrong or missing; `out` then holds nothing of worth
  public int open(
      byte[] nonce, byte[] aad, byte[] in, int inOffset, int length, byte[] out, int outOffset)
      throws CryptoException {
    try {
      cipher.init(Cipher.DECRYPT_MODE, key, new IvParameterSpec(nonce));
      cipher.updateAAD(aad);
      return cipher.doFinal(in, inOffset, length, out, outOffset);
    } catch (GeneralSecurityException e) {
      throw new CryptoException("ChaCha20-Poly1305: tag is wrong");
    }
  }

  @Override
  public String toString() {
    return "ChaChaPoly[…]";
  }
}
