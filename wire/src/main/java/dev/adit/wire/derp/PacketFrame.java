package dev.adit.wire.derp;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.BigEndian;

/// Packet frames written from a part of an array: the packet path, where a value per packet would
/// only cost. The same bytes as [DerpFrame.SendPacket], [DerpFrame.RecvPacket] and
/// [DerpFrame.ForwardPacket].
public final class PacketFrame {
  private PacketFrame() {}

  /// A new SendPacket frame; `length` is 0 to 65,536.
  public static byte[] send(PublicKey destination, byte[] bytes, int offset, int length) {
    return write(Derp.SEND_PACKET, destination, bytes, offset, length);
  }

  /// A new RecvPacket frame; `length` is 0 to 65,536.
  public static byte[] recv(PublicKey source, byte[] bytes, int offset, int length) {
    return write(Derp.RECV_PACKET, source, bytes, offset, length);
  }

  /// A new ForwardPacket frame; `length` is 0 to 65,536.
  public static byte[] forward(
      PublicKey source, PublicKey destination, byte[] bytes, int offset, int length) {
    check(length);
    byte[] frame = Derp.frame(Derp.FORWARD_PACKET, 2 * Derp.KEY_BYTES + length);
    source.copyTo(frame, Derp.HEADER_BYTES);
    destination.copyTo(frame, Derp.PACKET_DATA);
    System.arraycopy(bytes, offset, frame, Derp.PACKET_DATA + Derp.KEY_BYTES, length);
    return frame;
  }

  private static byte[] write(int type, PublicKey key, byte[] bytes, int offset, int length) {
    check(length);
    byte[] frame = Derp.frame(type, Derp.KEY_BYTES + length);
    key.copyTo(frame, Derp.HEADER_BYTES);
    System.arraycopy(bytes, offset, frame, Derp.PACKET_DATA, length);
    return frame;
  }

  private static void check(int length) {
    if (length > Derp.MAX_PACKET) {
      throw new IllegalArgumentException(
          "DERP packet: " + length + " bytes, allowed " + Derp.MAX_PACKET);
    }
  }

  /// The header of RecvPacket frames of one source, the length still 0: see [#setLength].
  public static byte[] recvHeader(PublicKey source) {
    byte[] header = new byte[Derp.PACKET_DATA];
    header[0] = Derp.RECV_PACKET;
    source.copyTo(header, Derp.HEADER_BYTES);
    return header;
  }

  /// Writes into the header how many bytes of data follow.
  public static void setLength(byte[] recvHeader, int dataLength) {
    BigEndian.putU32(recvHeader, 1, Derp.KEY_BYTES + dataLength);
  }
}
