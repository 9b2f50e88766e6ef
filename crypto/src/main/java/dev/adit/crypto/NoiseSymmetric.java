package dev.adit.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;

/// The symmetric state of a Noise handshake (Noise rev. 34 §5.2) with ChaChaPoly and BLAKE2s.
///
/// Confined to one thread. After a failed [#decryptAndHash] the state is of no use any more.
final class NoiseSymmetric {
  /// 33 characters, one more than a hash has, so `h` starts as the hash of the name.
  private static final String PROTOCOL = "Noise_IK_25519_ChaChaPoly_BLAKE2s";

  private byte[] chainingKey;
  private byte[] hash;
  private NoiseCipher cipher = new NoiseCipher(new byte[ChaChaPoly.KEY_BYTES]);

  NoiseSymmetric(byte[] prologue) {
    hash = Blake2s.hash(PROTOCOL.getBytes(US_ASCII));
    chainingKey = hash;
    mixHash(prologue);
  }

  void mixHash(byte[] data) {
    hash = Blake2s.hash(hash, data);
  }

  void mixKey(byte[] sharedSecret) {
    byte[][] keys = derive(sharedSecret);
    chainingKey = keys[0];
    cipher = new NoiseCipher(keys[1]);
  }

  /// In every message of the IK pattern a key exists before the first thing to encrypt.
  byte[] encryptAndHash(byte[] plaintext) {
    byte[] sealed = cipher.seal(hash, plaintext);
    mixHash(sealed);
    return sealed;
  }

  byte[] decryptAndHash(byte[] sealed) throws CryptoException {
    byte[] plaintext = cipher.open(hash, sealed);
    mixHash(sealed);
    return plaintext;
  }

  /// Initiator to responder, then the other direction.
  NoiseCipher[] split() {
    byte[][] keys = derive(new byte[0]);
    return new NoiseCipher[] {new NoiseCipher(keys[0]), new NoiseCipher(keys[1])};
  }

  byte[] handshakeHash() {
    return hash.clone();
  }

  /// HKDF of Noise §4.3 with two outputs.
  private byte[][] derive(byte[] input) {
    byte[] temporary = Blake2s.hmac(chainingKey, input);
    byte[] first = Blake2s.hmac(temporary, new byte[] {1});
    byte[] second = Blake2s.hmac(temporary, first, new byte[] {2});
    Arrays.fill(temporary, (byte) 0);
    return new byte[][] {first, second};
  }
}
