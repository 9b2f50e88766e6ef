package dev.adit.crypto;

import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/// An Ed25519 public key (RFC 8032), 32 bytes. Immutable. Bytes that are no point of the curve can
/// be held; nothing verifies with them.
public final class VerifyingKey {
  public static final int BYTES = 32;
  public static final int SIGNATURE_BYTES = 64;
  private static final int KEY_ID_BYTES = 6;
  private static final Base64.Encoder B64 = Base64.getUrlEncoder().withoutPadding();

  private final byte[] bytes;

  private VerifyingKey(byte[] bytes) {
    this.bytes = bytes;
  }

  /// @param bytes exactly 32; copied
  public static VerifyingKey of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("verifying key: " + bytes.length + " bytes, needs 32");
    }
    return new VerifyingKey(bytes.clone());
  }

  /// True only if `signature` is 64 bytes long and this key's owner made it over `message`.
  public boolean verify(byte[] message, byte[] signature) {
    return signature.length == SIGNATURE_BYTES
        && Ed25519.verify(signature, 0, bytes, 0, message, 0, message.length);
  }

  /// Eight characters of base64url, the first 6 bytes of the key's SHA-256: a hint which key is
  /// meant, never proof (control §0).
  public String keyId() {
    return B64.encodeToString(Arrays.copyOf(Hash.sha256(bytes), KEY_ID_BYTES));
  }

  /// A copy.
  public byte[] bytes() {
    return bytes.clone();
  }

  /// The text form in JSON and join keys: 43 characters of base64url.
  public String toB64() {
    return B64.encodeToString(bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VerifyingKey that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /// The key id.
  @Override
  public String toString() {
    return keyId();
  }
}
