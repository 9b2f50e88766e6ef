package dev.adit.wire;

import org.jspecify.annotations.Nullable;

/// Text forms of IP addresses: dotted decimal, and RFC 4291 / RFC 5952 for IPv6.
final class IpText {
  private IpText() {}

  /// Four decimal numbers without leading zeros; null if it is anything else.
  static byte @Nullable [] parseV4(String text) {
    byte[] bytes = new byte[4];
    int at = 0;
    for (int i = 0; i < 4; i++) {
      int start = at;
      int value = 0;
      while (at < text.length() && at - start < 3 && isDigit(text.charAt(at))) {
        value = value * 10 + (text.charAt(at) - '0');
        at++;
      }
      boolean leadingZero = at - start > 1 && text.charAt(start) == '0';
      if (at == start || leadingZero || value > 255) {
        return null;
      }
      bytes[i] = (byte) value;
      if (i < 3 && (at >= text.length() || text.charAt(at++) != '.')) {
        return null;
      }
    }
    return at == text.length() ? bytes : null;
  }

  /// Groups of hex digits, at most one `::`, optionally a dotted tail; null if it is anything else.
  static byte @Nullable [] parseV6(String text) {
    int gap = text.indexOf("::");
    if (gap < 0) {
      return parseGroups(text, 16);
    }
    if (text.indexOf("::", gap + 1) >= 0) {
      return null;
    }
    byte[] head = parseGroups(text.substring(0, gap), -1);
    byte[] tail = parseGroups(text.substring(gap + 2), -1);
    if (head == null || tail == null || head.length + tail.length > 14) {
      return null;
    }
    byte[] bytes = new byte[16];
    System.arraycopy(head, 0, bytes, 0, head.length);
    System.arraycopy(tail, 0, bytes, 16 - tail.length, tail.length);
    return bytes;
  }

  /// @param size the bytes needed, or −1 for any number up to 16
  private static byte @Nullable [] parseGroups(String text, int size) {
    if (text.isEmpty()) {
      return size <= 0 ? new byte[0] : null;
    }
    byte[] bytes = new byte[16];
    int length = 0;
    int at = 0;
    while (true) {
      int colon = text.indexOf(':', at);
      String group = text.substring(at, colon < 0 ? text.length() : colon);
      if (colon < 0 && group.indexOf('.') >= 0) {
        byte[] v4 = parseV4(group);
        if (v4 == null || length > 12) {
          return null;
        }
        System.arraycopy(v4, 0, bytes, length, 4);
        length += 4;
      } else {
        int value = parseGroup(group);
        if (value < 0 || length > 14) {
          return null;
        }
        bytes[length++] = (byte) (value >> 8);
        bytes[length++] = (byte) value;
      }
      if (colon < 0) {
        return size < 0 || length == size ? java.util.Arrays.copyOf(bytes, length) : null;
      }
      at = colon + 1;
    }
  }

  private static int parseGroup(String group) {
    if (group.isEmpty() || group.length() > 4) {
      return -1;
    }
    int value = 0;
    for (int i = 0; i < group.length(); i++) {
      char c = group.charAt(i);
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        return -1;
      }
      value = value << 4 | digit;
    }
    return value;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  static String formatV4(byte[] b) {
    return (b[0] & 0xff) + "." + (b[1] & 0xff) + "." + (b[2] & 0xff) + "." + (b[3] & 0xff);
  }

  /// RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups as
  /// `::`.
  static String formatV6(byte[] b) {
    int bestStart = -1;
    int bestLength = 1;
    for (int i = 0; i < 8; ) {
      int end = i;
      while (end < 8 && group(b, end) == 0) {
        end++;
      }
      if (end - i > bestLength) {
        bestStart = i;
        bestLength = end - i;
      }
      i = end == i ? i + 1 : end;
    }
    var text = new StringBuilder(39);
    for (int i = 0; i < 8; i++) {
      if (i == bestStart) {
        text.append("::");
        i += bestLength - 1;
        continue;
      }
      if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
        text.append(':');
      }
      text.append(Integer.toHexString(group(b, i)));
    }
    return text.toString();
  }

  private static int group(byte[] b, int i) {
    return BigEndian.u16(b, 2 * i);
  }
}
