package dev.adit.net.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One received netlink message, read in place; offsets are from its header. Immutable as long as
/// nobody writes the array.
///
/// @param at where the header begins in `bytes`
/// @param length of header and payload; checked to lie inside `bytes`
record NetlinkMessage(byte[] bytes, int at, int length) {
  static final int HEADER = 16;
  static final int ERROR = 2;
  static final int DONE = 3;

  private static final int DUMP_INTERRUPTED = 0x10;

  /// The message at `at`.
  ///
  /// @param end where the received bytes end
  /// @throws IOException if it does not fit
  static NetlinkMessage read(byte[] bytes, int at, int end) throws IOException {
    int left = end - at;
    int length = left < HEADER ? 0 : u32(bytes, at);
    if (length < HEADER || length > left) {
      throw new IOException("netlink: message of " + length + " bytes where " + left + " are");
    }
    return new NetlinkMessage(bytes, at, length);
  }

  /// Where the next message begins: messages are aligned to four bytes.
  int next() {
    return at + (length + 3 & ~3);
  }

  int type() {
    return u16(4);
  }

  boolean isDumpInterrupted() {
    return (u16(6) & DUMP_INTERRUPTED) != 0;
  }

  int sequence() {
    return u32(8);
  }

  /// The error number of an `ERROR` or `DONE` message: 0 or negative.
  int error() {
    return length >= HEADER + 4 ? u32(HEADER) : 0;
  }

  int u8(int offset) {
    return bytes[at + offset] & 0xff;
  }

  int u16(int offset) {
    return u8(offset) | u8(offset + 1) << 8;
  }

  int u32(int offset) {
    return u32(bytes, at + offset);
  }

  static int u32(byte[] bytes, int at) {
    return bytes[at] & 0xff
        | (bytes[at + 1] & 0xff) << 8
        | (bytes[at + 2] & 0xff) << 16
        | (bytes[at + 3] & 0xff) << 24;
  }

  /// @throws IOException if the message is shorter than its fixed header
  NetlinkMessage requireFixed(int fixed) throws IOException {
    if (length < HEADER + fixed) {
      throw new IOException("netlink: message of " + length + " bytes, needs " + (HEADER + fixed));
    }
    return this;
  }

  /// The data of the first attribute of this type after a fixed header of `fixed` bytes; null if
  /// there is none.
  ///
  /// @throws IOException if an attribute before it does not fit
  byte @Nullable [] attribute(int fixed, int type) throws IOException {
    return attribute(bytes, at + HEADER + fixed, at + length, type);
  }

  /// As the other [#attribute], inside a nested attribute's data.
  static byte @Nullable [] attribute(byte[] bytes, int from, int end, int type) throws IOException {
    for (int i = from; i + 4 <= end; ) {
      int size = sizeAt(bytes, i, end);
      if (typeAt(bytes, i) == type) {
        return Arrays.copyOfRange(bytes, i + 4, i + size);
      }
      i += size + 3 & ~3;
    }
    return null;
  }

  /// Hears the attributes of a message, or of an attribute, in their order.
  @FunctionalInterface
  interface Attributes {
    void attribute(int type, byte[] data) throws IOException;
  }

  /// Every attribute after a fixed header of `fixed` bytes.
  ///
  /// @throws IOException if an attribute does not fit
  void each(int fixed, Attributes hears) throws IOException {
    each(bytes, at + HEADER + fixed, at + length, hears);
  }

  /// Every attribute inside a nested attribute's data.
  static void each(byte[] nested, Attributes hears) throws IOException {
    each(nested, 0, nested.length, hears);
  }

  private static void each(byte[] bytes, int from, int end, Attributes hears) throws IOException {
    for (int i = from; i + 4 <= end; ) {
      int size = sizeAt(bytes, i, end);
      hears.attribute(typeAt(bytes, i), Arrays.copyOfRange(bytes, i + 4, i + size));
      i += size + 3 & ~3;
    }
  }

  private static int sizeAt(byte[] bytes, int at, int end) throws IOException {
    int size = bytes[at] & 0xff | (bytes[at + 1] & 0xff) << 8;
    if (size < 4 || size > end - at) {
      throw new IOException(
          "netlink: attribute of " + size + " bytes where " + (end - at) + " are");
    }
    return size;
  }

  private static int typeAt(byte[] bytes, int at) {
    return (bytes[at + 2] & 0xff | (bytes[at + 3] & 0xff) << 8) & 0x3fff;
  }

  /// The first four bytes of an attribute's data, or `otherwise` if it is absent or shorter.
  int attributeU32(int fixed, int type, int otherwise) throws IOException {
    byte[] data = attribute(fixed, type);
    return data == null || data.length < 4 ? otherwise : u32(data, 0);
  }

  /// Text up to its NUL; empty if the attribute is absent.
  String attributeText(int fixed, int type) throws IOException {
    return text(attribute(fixed, type));
  }

  static String text(byte @Nullable [] data) {
    if (data == null) {
      return "";
    }
    int end = 0;
    while (end < data.length && data[end] != 0) {
      end++;
    }
    return new String(data, 0, end, StandardCharsets.UTF_8);
  }
}
