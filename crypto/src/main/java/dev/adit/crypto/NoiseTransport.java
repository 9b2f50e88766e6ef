package dev.adit.crypto;

/// What a finished [NoiseIk] handshake leaves: one cipher per direction. Messages must arrive
/// complete, once and in the order they were sealed. Confined to one thread.
public final class NoiseTransport {
  /// The largest message of Noise, tag included.
  public static final int MAX_MESSAGE_BYTES = 65_535;

  public static final int MAX_PLAINTEXT_BYTES = MAX_MESSAGE_BYTES - ChaChaPoly.TAG_BYTES;
  private static final byte[] NO_AAD = {};

  private final NoiseCipher sending;
  private final NoiseCipher receiving;
  private final byte[] handshakeHash;

  NoiseTransport(NoiseCipher sending, NoiseCipher receiving, byte[] handshakeHash) {
    this.sending = sending;
    this.receiving = receiving;
    this.handshakeHash = handshakeHash;
  }

  /// @param plaintext at most 65,519 bytes
  /// @return 16 bytes more
  public byte[] seal(byte[] plaintext) {
    if (plaintext.length > MAX_PLAINTEXT_BYTES) {
      throw new IllegalArgumentException(
          "Noise message: " + plaintext.length + " bytes, allowed " + MAX_PLAINTEXT_BYTES);
    }
    return sending.seal(NO_AAD, plaintext);
  }

  /// @throws CryptoException if the message is touched, out of order, too short or too long; the
  ///   connection is to be closed then
  public byte[] open(byte[] sealed) throws CryptoException {
    if (sealed.length > MAX_MESSAGE_BYTES) {
      throw new CryptoException("Noise message: " + sealed.length + " bytes, allowed 65535");
    }
    return receiving.open(NO_AAD, sealed);
  }

  /// 32 bytes that both ends, and only they, have in common (Noise §11.2); a copy. Not secret.
  public byte[] handshakeHash() {
    return handshakeHash.clone();
  }

  @Override
  public String toString() {
    return "NoiseTransport[…]";
  }
}
