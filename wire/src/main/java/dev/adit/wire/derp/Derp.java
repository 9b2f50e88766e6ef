package dev.adit.wire.derp;

import dev.adit.wire.BigEndian;

/// Constants of the protocol (derp §3.1, §3.2) and the places of bytes in packet frames.
///
///     0      1              5
///     +------+--------------+-----------------
///     | type | length (u32) | payload[length]      big-endian
///     +------+--------------+-----------------
public final class Derp {
  public static final int HEADER_BYTES = 5;
  public static final int KEY_BYTES = 32;
  public static final int VERSION = 2;

  /// Most data bytes in a packet frame.
  public static final int MAX_PACKET = 65_536;

  /// Most payload a client takes in one frame, and most a server skips of an unknown one.
  public static final int MAX_FRAME = 1 << 20;

  public static final int MAX_CLIENT_INFO = 262_144;

  public static final int SERVER_KEY = 0x01;
  public static final int CLIENT_INFO = 0x02;
  public static final int SERVER_INFO = 0x03;
  public static final int SEND_PACKET = 0x04;
  public static final int RECV_PACKET = 0x05;
  public static final int KEEP_ALIVE = 0x06;
  public static final int NOTE_PREFERRED = 0x07;
  public static final int PEER_GONE = 0x08;
  public static final int PEER_PRESENT = 0x09;
  public static final int FORWARD_PACKET = 0x0a;
  public static final int WATCH_CONNS = 0x10;
  public static final int CLOSE_PEER = 0x11;
  public static final int PING = 0x12;
  public static final int PONG = 0x13;
  public static final int HEALTH = 0x14;
  public static final int RESTARTING = 0x15;

  /// Where the data of a SendPacket or RecvPacket frame begins, counted from its first byte.
  public static final int PACKET_DATA = HEADER_BYTES + KEY_BYTES;

  private static final byte[] MAGIC = {
    0x44, 0x45, 0x52, 0x50, (byte) 0xf0, (byte) 0x9f, (byte) 0x94, (byte) 0x91
  };

  /// Length of `DERP` + U+1F511, which begins a ServerKey frame.
  static final int MAGIC_BYTES = MAGIC.length;

  private Derp() {}

  /// A frame whose payload is still zero.
  static byte[] frame(int type, int payloadLength) {
    byte[] frame = new byte[HEADER_BYTES + payloadLength];
    frame[0] = (byte) type;
    BigEndian.putU32(frame, 1, payloadLength);
    return frame;
  }

  static void putMagic(byte[] target, int offset) {
    System.arraycopy(MAGIC, 0, target, offset, MAGIC.length);
  }

  static boolean isMagic(byte[] bytes, int offset) {
    for (int i = 0; i < MAGIC.length; i++) {
      if (bytes[offset + i] != MAGIC[i]) {
        return false;
      }
    }
    return true;
  }
}
