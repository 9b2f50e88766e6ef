package dev.adit.wire.derp;

import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import org.jspecify.annotations.Nullable;

/// The secret that the relays of a region share, and with it the right to forward, to watch and to
/// close connections (derp §1.2, §7.5). Immutable; never printed.
///
/// All zero means that there is none: such a key opens nothing.
public final class MeshKey {
  public static final int BYTES = 32;

  private final byte[] bytes;

  private MeshKey(byte[] bytes) {
    this.bytes = bytes;
  }

  /// From a file or an option: 64 hex digits of either case, white space around them.
  ///
  /// @throws MalformedException saying what is wrong, without the text
  public static MeshKey parse(String text) throws MalformedException {
    byte[] bytes;
    try {
      bytes = Text.parseHex(text.strip());
    } catch (MalformedException e) {
      throw new MalformedException("mesh key: needs 64 hex digits");
    }
    if (bytes.length != BYTES) {
      throw new MalformedException("mesh key: needs 64 hex digits");
    }
    return new MeshKey(bytes);
  }

  /// True if it is all zero: meshing is off.
  public boolean isNone() {
    int any = 0;
    for (byte b : bytes) {
      any |= b;
    }
    return any == 0;
  }

  /// True if `presented` is this key, and not all zero. Takes the same time wherever they differ.
  public boolean matches(byte @Nullable [] presented) {
    if (presented == null || presented.length != BYTES) {
      return false;
    }
    int difference = 0;
    for (int i = 0; i < BYTES; i++) {
      difference |= bytes[i] ^ presented[i];
    }
    return difference == 0 && !isNone();
  }

  /// A copy, for [ClientInfo].
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MeshKey that && (isNone() && that.isNone() || matches(that.bytes));
  }

  @Override
  public int hashCode() {
    return java.util.Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "MeshKey[…]";
  }
}
