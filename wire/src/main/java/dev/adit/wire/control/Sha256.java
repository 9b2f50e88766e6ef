package dev.adit.wire.control;

import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import java.util.Arrays;

/// A SHA-256 value, for example the pin of a certificate: 43 characters of base64url in JSON.
/// Immutable.
public final class Sha256 {
  public static final int BYTES = 32;

  private final byte[] bytes;

  private Sha256(byte[] bytes) {
    this.bytes = bytes;
  }

  /// @param bytes exactly 32; copied
  public static Sha256 of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("SHA-256: " + bytes.length + " bytes, needs 32");
    }
    return new Sha256(bytes.clone());
  }

  public static Sha256 parse(String text) throws MalformedException {
    return new Sha256(Text.parseB64(text, BYTES));
  }

  /// A copy.
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Sha256 that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /// The text form of JSON.
  @Override
  public String toString() {
    return Text.b64(bytes);
  }
}
