package dev.adit.wire;

import java.util.Arrays;

/// An IPv4 or IPv6 address. Immutable; a v4-mapped IPv6 address (`::ffff:a.b.c.d`) never exists as
/// such: it is the IPv4 address.
///
/// The order is IPv4 before IPv6, then by unsigned bytes.
public final class IpAddress implements Comparable<IpAddress> {
  private final byte[] bytes; // 4 or 16, network order

  private IpAddress(byte[] bytes) {
    this.bytes = bytes;
  }

  /// Takes 4 or 16 bytes in network order; 16 bytes that are v4-mapped become IPv4.
  public static IpAddress of(byte[] bytes) {
    if (bytes.length == 16 && isV4Mapped(bytes)) {
      return new IpAddress(Arrays.copyOfRange(bytes, 12, 16));
    }
    if (bytes.length != 4 && bytes.length != 16) {
      throw new IllegalArgumentException("IP address: " + bytes.length + " bytes, needs 4 or 16");
    }
    return new IpAddress(bytes.clone());
  }

  /// Parses a literal such as `192.0.2.1` or `2001:db8::1`; no host names, no zone, no brackets.
  public static IpAddress parse(String text) throws MalformedException {
    byte[] parsed = text.indexOf(':') >= 0 ? IpText.parseV6(text) : IpText.parseV4(text);
    if (parsed == null) {
      throw new MalformedException("IP address: not an IPv4 or IPv6 literal");
    }
    return of(parsed);
  }

  /// For constants and tests, where a bad literal is our own mistake.
  public static IpAddress literal(String text) {
    try {
      return parse(text);
    } catch (MalformedException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  public boolean isV4() {
    return bytes.length == 4;
  }

  public boolean isV6() {
    return bytes.length == 16;
  }

  /// 4 or 16 bytes, network order; a copy.
  public byte[] bytes() {
    return bytes.clone();
  }

  /// Always 16 bytes: IPv4 as `::ffff:a.b.c.d`; a copy.
  public byte[] mapped() {
    if (isV6()) {
      return bytes.clone();
    }
    byte[] mapped = new byte[16];
    mapped[10] = (byte) 0xff;
    mapped[11] = (byte) 0xff;
    System.arraycopy(bytes, 0, mapped, 12, 4);
    return mapped;
  }

  public boolean isLoopback() {
    return isV4() ? bytes[0] == 127 : isAllZeroUpTo(15) && bytes[15] == 1;
  }

  public boolean isUnspecified() {
    return isAllZeroUpTo(bytes.length);
  }

  public boolean isMulticast() {
    return isV4() ? (bytes[0] & 0xf0) == 0xe0 : bytes[0] == (byte) 0xff;
  }

  /// 169.254/16 or fe80::/10.
  public boolean isLinkLocal() {
    return isV4()
        ? bytes[0] == (byte) 169 && bytes[1] == (byte) 254
        : bytes[0] == (byte) 0xfe && (bytes[1] & 0xc0) == 0x80;
  }

  /// RFC 1918, RFC 6598 (100.64/10) or RFC 4193 (fc00::/7).
  public boolean isPrivate() {
    int b0 = bytes[0] & 0xff;
    int b1 = bytes[1] & 0xff;
    return isV4()
        ? b0 == 10
            || (b0 == 172 && (b1 & 0xf0) == 16)
            || (b0 == 192 && b1 == 168)
            || (b0 == 100 && (b1 & 0xc0) == 64)
        : (b0 & 0xfe) == 0xfc;
  }

  /// What stands for everybody who shares it with this address: itself, or of an IPv6 address its
  /// /64, because whoever has one of these has them all.
  public IpAddress site() {
    return isV4() ? this : new IpAddress(Arrays.copyOf(Arrays.copyOf(bytes, 8), 16));
  }

  private boolean isAllZeroUpTo(int end) {
    for (int i = 0; i < end; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isV4Mapped(byte[] bytes) {
    for (int i = 0; i < 10; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return bytes[10] == (byte) 0xff && bytes[11] == (byte) 0xff;
  }

  @Override
  public int compareTo(IpAddress other) {
    return bytes.length != other.bytes.length
        ? Integer.compare(bytes.length, other.bytes.length)
        : Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof IpAddress that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /// The literal; IPv6 in the form of RFC 5952.
  @Override
  public String toString() {
    return isV4() ? IpText.formatV4(bytes) : IpText.formatV6(bytes);
  }
}
