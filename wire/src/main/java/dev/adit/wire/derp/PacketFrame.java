package dev.adit.wire.derp;

import dev.adit.crypto.PublicKey;

/// Packet frames written from a part of an array: the packet path, where a value per packet would
/// only cost. The same bytes as [DerpFrame.SendPacket] and [DerpFrame.RecvPacket].
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

  private static byte[] write(int type, PublicKey key, byte[] bytes, int offset, int length) {
    if (length > Derp.MAX_PACKET) {
      throw new IllegalArgumentException(
          "DERP packet: " + length + " bytes, allowed " + Derp.MAX_PACKET);
    }
    byte[] frame = Derp.frame(type, Derp.KEY_BYTES + length);
    key.copyTo(frame, Derp.HEADER_BYTES);
    System.arraycopy(bytes, offset, frame, Derp.PACKET_DATA, length);
    return frame;
  }
}
