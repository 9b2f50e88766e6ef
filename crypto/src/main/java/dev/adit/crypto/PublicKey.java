package dev.adit.crypto;

import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/// An X25519 public key (RFC 7748): a node key (WireGuard's), machine key, channel key, probe key
/// or DERP server key. 32 bytes, little-endian u-coordinate. Immutable.
///
/// Any 32 bytes can be held; whether they are usable as a key is [#isUsable]. The order is that of
/// unsigned bytes, as the controller rule of the path ladder needs it.
public final class PublicKey implements Comparable<PublicKey> {
  public static final int BYTES = 32;

  private final byte[] bytes;

  private PublicKey(byte[] bytes) {
    this.bytes = bytes;
  }

  /// @param bytes exactly 32; copied
  public static PublicKey of(byte[] bytes) {
    return of(bytes, 0, bytes.length);
  }

  /// Takes 32 bytes from `offset`; copied.
  public static PublicKey of(byte[] bytes, int offset, int length) {
    if (length != BYTES) {
      throw new IllegalArgumentException("public key: " + length + " bytes, needs 32");
    }
    return new PublicKey(Arrays.copyOfRange(bytes, offset, offset + BYTES));
  }

  /// A copy.
  public byte[] bytes() {
    return bytes.clone();
  }

  /// True if the 32 bytes from `offset` are this key.
  public boolean matches(byte[] array, int offset) {
    return Arrays.equals(bytes, 0, BYTES, array, offset, offset + BYTES);
  }

  public void copyTo(byte[] target, int offset) {
    System.arraycopy(bytes, 0, target, offset, BYTES);
  }

  /// False for keys with bit 255 set (a second spelling of another key) and for low-order points,
  /// with which every agreement is all zero.
  public boolean isUsable() {
    return !isSecondSpelling() && !X25519.isLowOrder(bytes);
  }

  /// True if bit 255 is set: X25519 ignores it, so this is another spelling of another key.
  boolean isSecondSpelling() {
    return (bytes[31] & 0x80) != 0;
  }

  /// WireGuard's text form: 44 characters of base64.
  public String toBase64() {
    return Base64.getEncoder().encodeToString(bytes);
  }

  /// The text form in JSON: 43 characters of base64url.
  public String toB64() {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  public String toHex() {
    return HexFormat.of().formatHex(bytes);
  }

  @Override
  public int compareTo(PublicKey other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PublicKey that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return (bytes[0] & 0xff) << 24
        | (bytes[1] & 0xff) << 16
        | (bytes[2] & 0xff) << 8
        | (bytes[3] & 0xff);
  }

  /// Abbreviated as DERP does: `[` and the first five characters of the base64 form and `]`.
  @Override
  public String toString() {
    return "[" + toBase64().substring(0, 5) + "]";
  }
}
