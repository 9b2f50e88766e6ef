package dev.adit.core.helper;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.BigEndian;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Prefix;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the fields of one frame in order; what is missing or left over is malformed. Integers are
/// unsigned and big-endian; an address is its length (4 or 16, 0 for none) and its bytes.
final class FieldReader {
  /// Reads one element of a list.
  interface Element<T> {
    T read() throws MalformedException;
  }

  private final byte[] frame;
  private int at;

  FieldReader(byte[] frame) {
    this.frame = frame;
  }

  private int take(int bytes) throws MalformedException {
    if (bytes > frame.length - at) {
      throw new MalformedException(
          "helper frame: " + frame.length + " bytes, needs " + (at + bytes) + " or more");
    }
    int begin = at;
    at += bytes;
    return begin;
  }

  int u8() throws MalformedException {
    return frame[take(1)] & 0xff;
  }

  boolean bool() throws MalformedException {
    int value = u8();
    if (value > 1) {
      throw new MalformedException("helper frame: flag " + value + ", allowed 0 and 1");
    }
    return value == 1;
  }

  int u16() throws MalformedException {
    return BigEndian.u16(frame, take(2));
  }

  /// @return never negative
  long count() throws MalformedException {
    long value = BigEndian.u64(frame, take(8));
    if (value < 0) {
      throw new MalformedException("helper frame: a count over 2^63");
    }
    return value;
  }

  byte[] bytes(int length) throws MalformedException {
    int begin = take(length);
    return Arrays.copyOfRange(frame, begin, begin + length);
  }

  byte[] rest() throws MalformedException {
    return bytes(frame.length - at);
  }

  String text(int most) throws MalformedException {
    int length = u16();
    if (length > most) {
      throw new MalformedException("helper frame: text of " + length + " bytes, allowed " + most);
    }
    return new String(bytes(length), StandardCharsets.UTF_8);
  }

  PublicKey key() throws MalformedException {
    return PublicKey.of(bytes(PublicKey.BYTES));
  }

  IpAddress address() throws MalformedException {
    return addressOf(u8());
  }

  private IpAddress addressOf(int length) throws MalformedException {
    if (length != 4 && length != 16) {
      throw new MalformedException("helper frame: address of " + length + " bytes");
    }
    return IpAddress.of(bytes(length));
  }

  Endpoint endpoint() throws MalformedException {
    return new Endpoint(address(), u16());
  }

  @Nullable Endpoint endpointOrNone() throws MalformedException {
    int length = u8();
    return length == 0 ? null : new Endpoint(addressOf(length), u16());
  }

  Prefix prefix() throws MalformedException {
    IpAddress address = address();
    int length = u8();
    if (length > (address.isV4() ? 32 : 128)) {
      throw new MalformedException("helper frame: prefix length " + length);
    }
    return new Prefix(address, length);
  }

  <T> List<T> list(int most, Element<T> element) throws MalformedException {
    int count = u16();
    if (count > most) {
      throw new MalformedException("helper frame: list of " + count + ", allowed " + most);
    }
    List<T> list = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      list.add(element.read());
    }
    return List.copyOf(list);
  }

  void end() throws MalformedException {
    if (at != frame.length) {
      throw new MalformedException("helper frame: " + (frame.length - at) + " bytes too many");
    }
  }
}
