package dev.adit.wire.probe;

import dev.adit.crypto.ChaChaPoly;
import dev.adit.crypto.CryptoException;

/// The AEAD of probe messages. A seam only so that a simulation of millions of messages may use a
/// cheaper one; on the wire it is always [#CHACHA_POLY].
public interface ProbeCipher {
  ProbeCipher CHACHA_POLY =
      new ProbeCipher() {
        @Override
        public byte[] seal(byte[] key, byte[] nonce, byte[] aad, byte[] plaintext) {
          return ChaChaPoly.seal(key, nonce, aad, plaintext);
        }

        @Override
        public byte[] open(byte[] key, byte[] nonce, byte[] aad, byte[] sealed)
            throws CryptoException {
          return ChaChaPoly.open(key, nonce, aad, sealed);
        }
      };

  /// @param key 32 bytes
  /// @param nonce 12 bytes, never twice under one key
  /// @return ciphertext and 16-byte tag
  byte[] seal(byte[] key, byte[] nonce, byte[] aad, byte[] plaintext);

  /// @throws CryptoException if key, nonce, aad or a bit of `sealed` differ
  byte[] open(byte[] key, byte[] nonce, byte[] aad, byte[] sealed) throws CryptoException;
}
