package dev.adit.wire.wireguard;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The clear header of a WireGuard message, read in place (WireGuard paper §5.4).
///
/// | type | first word (bytes)  | length | offset 4       | offset 8       |
/// |-----:|---------------------|-------:|----------------|----------------|
/// |    1 | `01 00 00 00`       |    148 | sender index   | –              |
/// |    2 | `02 00 00 00`       |     92 | sender index   | receiver index |
/// |    3 | `03 00 00 00`       |     64 | receiver index | –              |
/// |    4 | `04 00 00 00`       |   ≥ 32 | receiver index | counter        |
///
/// A datagram with another first word or another length is no WireGuard message; nothing else on
/// our sockets begins like one (probes begin with `F5`, STUN has a zero third byte only with its
/// cookie at offset 4).
public enum WireGuardMessage {
  /// Not WireGuard.
  NONE,
  /// Type 1, handshake initiation.
  INITIATION,
  /// Type 2, handshake response.
  RESPONSE,
  /// Type 3, cookie reply.
  COOKIE_REPLY,
  /// Type 4, transport data.
  DATA;

  public static final int INITIATION_BYTES = 148;
  public static final int RESPONSE_BYTES = 92;
  public static final int COOKIE_REPLY_BYTES = 64;
  public static final int MIN_DATA_BYTES = 32;

  /// Classifies `length` bytes at `offset`; never throws for any content.
  public static WireGuardMessage of(byte[] datagram, int offset, int length) {
    if (length < MIN_DATA_BYTES
        || datagram[offset + 1] != 0
        || datagram[offset + 2] != 0
        || datagram[offset + 3] != 0) {
      return NONE;
    }
    return of(datagram[offset], length);
  }

  /// The same for a segment, all of it.
  public static WireGuardMessage of(MemorySegment datagram) {
    long length = datagram.byteSize();
    if (length < MIN_DATA_BYTES
        || length > Integer.MAX_VALUE
        || datagram.get(ValueLayout.JAVA_BYTE, 1) != 0
        || datagram.get(ValueLayout.JAVA_BYTE, 2) != 0
        || datagram.get(ValueLayout.JAVA_BYTE, 3) != 0) {
      return NONE;
    }
    return of(datagram.get(ValueLayout.JAVA_BYTE, 0), (int) length);
  }

  private static WireGuardMessage of(byte type, int length) {
    return switch (type) {
      case 1 -> length == INITIATION_BYTES ? INITIATION : NONE;
      case 2 -> length == RESPONSE_BYTES ? RESPONSE : NONE;
      case 3 -> length == COOKIE_REPLY_BYTES ? COOKIE_REPLY : NONE;
      case 4 -> DATA;
      default -> NONE;
    };
  }

  /// Types 1, 2 and 3: what must not be lost to a full queue.
  public boolean isHandshake() {
    return this == INITIATION || this == RESPONSE || this == COOKIE_REPLY;
  }

  /// Type 4 without payload, WireGuard's keep-alive.
  public static boolean isKeepAlive(WireGuardMessage message, int length) {
    return message == DATA && length == MIN_DATA_BYTES;
  }

  /// The little-endian index at offset 4: the sender's in types 1 and 2, the receiver's in 3 and 4.
  public static int firstIndex(byte[] datagram, int offset) {
    return index(datagram, offset + 4);
  }

  /// The little-endian receiver index of a type 2, at offset 8.
  public static int responseReceiverIndex(byte[] datagram, int offset) {
    return index(datagram, offset + 8);
  }

  private static int index(byte[] bytes, int at) {
    return bytes[at] & 0xff
        | (bytes[at + 1] & 0xff) << 8
        | (bytes[at + 2] & 0xff) << 16
        | (bytes[at + 3] & 0xff) << 24;
  }
}
