package dev.adit.wire.proxyprotocol;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.adit.wire.BigEndian;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.MalformedException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What stands before the first byte of a connection that a proxy passes on (HAProxy's PROXY
/// protocol, versions 1 and 2). Immutable.
///
///     1:  PROXY TCP4 192.0.2.7 198.51.100.1 41641 443\r\n
///     2:  12 bytes of signature, version and command, family, length u16be, addresses, extensions
///
/// @param source the client's end, or null if the proxy speaks for itself or does not know
/// @param length bytes of the header
public record ProxyHeader(@Nullable Endpoint source, int length) {
  /// No header is longer; of version 2 this leaves some 1,000 bytes to extensions.
  public static final int MAX_BYTES = 1024 + 16;

  private static final int MAX_LINE = 107;
  private static final byte[] LINE_START = "PROXY ".getBytes(US_ASCII);
  private static final byte[] SIGNATURE = {
    '\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'
  };
  private static final int FIXED = 16;
  private static final int LOCAL = 0x20;
  private static final int PROXY = 0x21;
  private static final int TCP4 = 0x11;
  private static final int TCP6 = 0x21;
  private static final int UNKNOWN = 0x00;

  /// Reads a header at the beginning of `bytes`.
  ///
  /// @param count how many of `bytes` are there
  /// @return null while it is not complete
  /// @throws MalformedException as soon as it cannot become a header any more
  public static @Nullable ProxyHeader parse(byte[] bytes, int count) throws MalformedException {
    if (begins(bytes, count, LINE_START)) {
      return line(bytes, count);
    }
    if (begins(bytes, count, SIGNATURE)) {
      return count < FIXED ? null : binary(bytes, count);
    }
    throw new MalformedException("PROXY header: is missing");
  }

  private static boolean begins(byte[] bytes, int count, byte[] start) {
    int compared = Math.min(count, start.length);
    return Arrays.equals(bytes, 0, compared, start, 0, compared);
  }

  private static @Nullable ProxyHeader line(byte[] bytes, int count) throws MalformedException {
    int end = LINE_START.length;
    while (end < count && bytes[end] != '\n') {
      end++;
    }
    if (end >= MAX_LINE) {
      throw new MalformedException("PROXY header: line is longer than 107 bytes");
    }
    if (end >= count) {
      return null;
    }
    if (bytes[end - 1] != '\r') {
      throw new MalformedException("PROXY header: line does not end with CR LF");
    }
    String[] words = new String(bytes, 0, end - 1, US_ASCII).split(" ", -1);
    int length = end + 1;
    if (words[1].equals("UNKNOWN")) {
      return new ProxyHeader(null, length);
    }
    boolean v4 = words[1].equals("TCP4");
    if (words.length != 6 || !v4 && !words[1].equals("TCP6")) {
      throw new MalformedException("PROXY header: not TCP4 or TCP6, two addresses and two ports");
    }
    var source = IpAddress.parse(words[2]);
    var destination = IpAddress.parse(words[3]);
    if (v4 && (!source.isV4() || !destination.isV4())) {
      throw new MalformedException("PROXY header: TCP4 with an IPv6 address");
    }
    var _ = port(words[5]);
    return new ProxyHeader(new Endpoint(source, port(words[4])), length);
  }

  private static int port(String text) throws MalformedException {
    boolean digits =
        !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    int port = digits ? Integer.parseInt(text) : -1;
    if (port < 0 || port > 0xffff) {
      throw new MalformedException("PROXY header: port is not a number up to 65535");
    }
    return port;
  }

  private static @Nullable ProxyHeader binary(byte[] bytes, int count) throws MalformedException {
    int command = bytes[12] & 0xff;
    int family = bytes[13] & 0xff;
    int rest = BigEndian.u16(bytes, 14);
    int addresses =
        switch (family) {
          case TCP4 -> 4;
          case TCP6 -> 16;
          case UNKNOWN -> 0;
          default -> -1;
        };
    if (command != LOCAL && command != PROXY) {
      throw new MalformedException("PROXY header: command " + command + ", allowed 32 and 33");
    }
    if (FIXED + rest > MAX_BYTES) {
      throw new MalformedException("PROXY header: " + rest + " bytes behind the first 16");
    }
    boolean local = command == LOCAL || addresses == 0;
    if (!local && (addresses < 0 || rest < 2 * addresses + 4)) {
      throw new MalformedException("PROXY header: not TCP over IPv4 or IPv6, or too short for it");
    }
    if (count < FIXED + rest) {
      return null;
    }
    if (local) {
      return new ProxyHeader(null, FIXED + rest);
    }
    var source = IpAddress.of(Arrays.copyOfRange(bytes, FIXED, FIXED + addresses));
    int port = BigEndian.u16(bytes, FIXED + 2 * addresses);
    return new ProxyHeader(new Endpoint(source, port), FIXED + rest);
  }
}
