package dev.adit.wire.stun;

/// Big-endian numbers in arrays.
final class Bytes {
  private Bytes() {}

  static int readShort(byte[] b, int i) {
    return (b[i] & 0xff) << 8 | b[i + 1] & 0xff;
  }

  static int readInt(byte[] b, int i) {
    return readShort(b, i) << 16 | readShort(b, i + 2);
  }

  static void putShort(byte[] b, int i, int value) {
    b[i] = (byte) (value >>> 8);
    b[i + 1] = (byte) value;
  }

  static void putInt(byte[] b, int i, int value) {
    putShort(b, i, value >>> 16);
    putShort(b, i + 2, value);
  }
}
