package dev.adit.core.helper;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.BigEndian;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Writes the fields of one frame; see [FieldReader].
final class FieldWriter {
  private byte[] bytes;
  private int length;

  FieldWriter(int type, int expected) {
    bytes = new byte[Math.max(16, 1 + expected)];
    u8(type);
  }

  private int grow(int by) {
    if (length + by > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + by, 2 * bytes.length));
    }
    int at = length;
    length += by;
    return at;
  }

  FieldWriter u8(int value) {
    int at = grow(1); // before the array is read, which it may replace
    bytes[at] = (byte) value;
    return this;
  }

  FieldWriter bool(boolean value) {
    return u8(value ? 1 : 0);
  }

  FieldWriter u16(int value) {
    int at = grow(2);
    BigEndian.putU16(bytes, at, value);
    return this;
  }

  FieldWriter count(long value) {
    int at = grow(8);
    BigEndian.putU64(bytes, at, value);
    return this;
  }

  FieldWriter raw(byte[] value) {
    return raw(value, 0, value.length);
  }

  FieldWriter raw(byte[] value, int offset, int count) {
    int at = grow(count);
    System.arraycopy(value, offset, bytes, at, count);
    return this;
  }

  /// What is longer is cut.
  FieldWriter text(String value, int most) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    int count = Math.min(utf8.length, most);
    return u16(count).raw(utf8, 0, count);
  }

  FieldWriter key(PublicKey key) {
    int at = grow(PublicKey.BYTES);
    key.copyTo(bytes, at);
    return this;
  }

  FieldWriter address(IpAddress address) {
    byte[] value = address.bytes();
    return u8(value.length).raw(value);
  }

  FieldWriter endpoint(@Nullable Endpoint endpoint) {
    return endpoint == null ? u8(0) : address(endpoint.address()).u16(endpoint.port());
  }

  FieldWriter prefix(Prefix prefix) {
    return address(prefix.address()).u8(prefix.length());
  }

  <T> FieldWriter list(List<T> list, Consumer<T> element) {
    u16(list.size());
    list.forEach(element);
    return this;
  }

  byte[] done() {
    return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
  }
}
