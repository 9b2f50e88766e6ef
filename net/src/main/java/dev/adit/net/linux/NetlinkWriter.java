package dev.adit.net.linux;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/// Builds one netlink message; integers are in the host's order, which is little-endian wherever we
/// run. Confined to one thread.
///
/// ```
/// length:u32 type:u16 flags:u16 sequence:u32 port:u32  fixed header  { length:u16 type:u16 data pad }…
/// ```
final class NetlinkWriter {
  private static final int NESTED = 0x8000;

  private byte[] bytes = new byte[128];
  private int length;

  private NetlinkWriter() {}

  NetlinkWriter(int type, int flags, int sequence) {
    u32(0).u16(type).u16(flags).u32(sequence).u32(0);
  }

  NetlinkWriter u8(int value) {
    room(1);
    bytes[length++] = (byte) value;
    return this;
  }

  NetlinkWriter u16(int value) {
    return u8(value).u8(value >> 8);
  }

  NetlinkWriter u32(int value) {
    return u16(value).u16(value >> 16);
  }

  /// Each value one byte.
  NetlinkWriter u8s(int... values) {
    for (int value : values) {
      u8(value);
    }
    return this;
  }

  NetlinkWriter attribute(int type, byte[] data) {
    u16(4 + data.length).u16(type);
    room(data.length + 3);
    System.arraycopy(data, 0, bytes, length, data.length);
    length += data.length + 3 & ~3;
    return this;
  }

  NetlinkWriter attributeU32(int type, int value) {
    return u16(8).u16(type).u32(value);
  }

  NetlinkWriter attributeU16(int type, int value) {
    return u16(6).u16(type).u16(value).u16(0);
  }

  NetlinkWriter attributeU8(int type, int value) {
    return u16(5).u16(type).u32(value & 0xff);
  }

  /// An attribute that holds attributes, marked as such: WireGuard's family refuses others.
  NetlinkWriter nested(int type, Consumer<NetlinkWriter> content) {
    int start = length;
    u16(0).u16(type | NESTED);
    content.accept(this);
    int size = length - start;
    bytes[start] = (byte) size;
    bytes[start + 1] = (byte) (size >> 8);
    return this;
  }

  /// Attributes as [#written] gives them.
  NetlinkWriter attributes(byte[] written) {
    room(written.length);
    System.arraycopy(written, 0, bytes, length, written.length);
    length += written.length;
    return this;
  }

  /// Attributes without a message around them.
  static byte[] written(Consumer<NetlinkWriter> content) {
    var writer = new NetlinkWriter();
    content.accept(writer);
    return Arrays.copyOf(writer.bytes, writer.length);
  }

  /// With its final NUL.
  NetlinkWriter attributeText(int type, String text) {
    return attribute(type, (text + "\0").getBytes(StandardCharsets.UTF_8));
  }

  private void room(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }

  byte[] message() {
    byte[] message = Arrays.copyOf(bytes, length);
    for (int i = 0; i < 4; i++) {
      message[i] = (byte) (length >> 8 * i);
    }
    return message;
  }
}
