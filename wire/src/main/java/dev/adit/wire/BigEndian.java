package dev.adit.wire;

/// Unsigned integers in network byte order at offsets of an array; callers have checked the length.
public final class BigEndian {
  private BigEndian() {}

  public static int u16(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
  }

  public static int u32(byte[] bytes, int at) {
    return u16(bytes, at) << 16 | u16(bytes, at + 2);
  }

  public static long u64(byte[] bytes, int at) {
    return (long) u32(bytes, at) << 32 | (u32(bytes, at + 4) & 0xffff_ffffL);
  }

  public static void putU16(byte[] bytes, int at, int value) {
    bytes[at] = (byte) (value >>> 8);
    bytes[at + 1] = (byte) value;
  }

  public static void putU32(byte[] bytes, int at, int value) {
    putU16(bytes, at, value >>> 16);
    putU16(bytes, at + 2, value);
  }

  public static void putU64(byte[] bytes, int at, long value) {
    putU32(bytes, at, (int) (value >>> 32));
    putU32(bytes, at + 4, (int) value);
  }
}
