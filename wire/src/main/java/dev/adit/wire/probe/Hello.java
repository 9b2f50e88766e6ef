package dev.adit.wire.probe;

import static dev.adit.wire.BigEndian.putU32;
import static dev.adit.wire.BigEndian.u32;

import dev.adit.crypto.CryptoException;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.MalformedException;
import java.util.Arrays;

/// Tells a peer our probe key, end to end, over the relay only (relay-rung §2).
///
/// Plaintext: type `06`, flags, 2 × 0, u32 features, probe public key (32). A longer plaintext is
/// valid, the rest of it is ignored.
///
/// @param pleaseAnswer flag 0x01: answer with a HELLO of your own, and a CALL
/// @param features reserved, 0
public record Hello(boolean pleaseAnswer, int features, PublicKey probeKey) {
  public static final int TYPE = 0x06;
  public static final int TOTAL_BYTES = 80;
  public static final int NONCE_BYTES = 12;
  private static final int PLAIN_BYTES = 40;
  private static final int FLAG_PLEASE_ANSWER = 0x01;

  /// @param nonce 12 random bytes
  public byte[] seal(NodeSecrets secrets, byte[] nonce, ProbeCipher cipher) {
    byte[] plain = new byte[PLAIN_BYTES];
    plain[0] = TYPE;
    plain[1] = (byte) (pleaseAnswer ? FLAG_PLEASE_ANSWER : 0);
    putU32(plain, 4, features);
    probeKey.copyTo(plain, 8);
    byte[] header = ProbeHeader.hello(TOTAL_BYTES, nonce);
    byte[] sealed = cipher.seal(secrets.helloSendKey(), nonce, header, plain);
    byte[] message = Arrays.copyOf(header, header.length + sealed.length);
    System.arraycopy(sealed, 0, message, header.length, sealed.length);
    return message;
  }

  /// Opens bytes whose header is well-formed and of form 1.
  ///
  /// @throws CryptoException if the sender does not hold the peer's node key
  public static Hello open(byte[] bytes, int offset, NodeSecrets secrets, ProbeCipher cipher)
      throws CryptoException, MalformedException {
    byte[] header = Arrays.copyOfRange(bytes, offset, offset + ProbeHeader.BYTES);
    byte[] nonce = Arrays.copyOfRange(header, 12, 24);
    byte[] sealed =
        Arrays.copyOfRange(
            bytes, offset + ProbeHeader.BYTES, offset + ProbeHeader.total(bytes, offset));
    byte[] plain = cipher.open(secrets.helloReceiveKey(), nonce, header, sealed);
    if (plain.length < PLAIN_BYTES || plain[0] != TYPE) {
      throw new MalformedException("HELLO: " + plain.length + " bytes, needs 40 of type 6");
    }
    return new Hello(
        (plain[1] & FLAG_PLEASE_ANSWER) != 0, u32(plain, 4), PublicKey.of(plain, 8, 32));
  }
}
