package dev.adit.wire.derp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.BigEndian;
import dev.adit.wire.derp.DerpFrame.ClientInfoBox;
import dev.adit.wire.derp.DerpFrame.ClosePeer;
import dev.adit.wire.derp.DerpFrame.ForwardPacket;
import dev.adit.wire.derp.DerpFrame.Health;
import dev.adit.wire.derp.DerpFrame.KeepAlive;
import dev.adit.wire.derp.DerpFrame.NotePreferred;
import dev.adit.wire.derp.DerpFrame.PeerGone;
import dev.adit.wire.derp.DerpFrame.PeerPresent;
import dev.adit.wire.derp.DerpFrame.Ping;
import dev.adit.wire.derp.DerpFrame.Pong;
import dev.adit.wire.derp.DerpFrame.RecvPacket;
import dev.adit.wire.derp.DerpFrame.Restarting;
import dev.adit.wire.derp.DerpFrame.SendPacket;
import dev.adit.wire.derp.DerpFrame.ServerInfoBox;
import dev.adit.wire.derp.DerpFrame.ServerKey;
import dev.adit.wire.derp.DerpFrame.Unknown;
import dev.adit.wire.derp.DerpFrame.WatchConns;

/// Values to bytes, for every frame.
final class DerpEncoder {
  private static final int HEADER = Derp.HEADER_BYTES;
  private static final byte[] NOTHING = {};

  private DerpEncoder() {}

  static byte[] encode(DerpFrame frame) {
    return switch (frame) {
      case ServerKey(var key) -> serverKey(key);
      case ClientInfoBox(var client, var sealed) -> keyed(Derp.CLIENT_INFO, client, sealed);
      case ServerInfoBox(var sealed) -> plain(Derp.SERVER_INFO, sealed);
      case SendPacket(var destination, var packet) ->
          keyed(Derp.SEND_PACKET, destination, limited(packet));
      case RecvPacket(var source, var packet) -> keyed(Derp.RECV_PACKET, source, limited(packet));
      case KeepAlive() -> plain(Derp.KEEP_ALIVE, NOTHING);
      case NotePreferred(var home) ->
          plain(Derp.NOTE_PREFERRED, new byte[] {(byte) (home ? 1 : 0)});
      case PeerGone(var key, var reason) -> keyed(Derp.PEER_GONE, key, new byte[] {(byte) reason});
      case PeerPresent present -> peerPresent(present);
      case ForwardPacket(var source, var destination, var packet) ->
          forwardPacket(source, destination, limited(packet));
      case WatchConns() -> plain(Derp.WATCH_CONNS, NOTHING);
      case ClosePeer(var key) -> keyed(Derp.CLOSE_PEER, key, NOTHING);
      case Ping(var data) -> eightBytes(Derp.PING, data);
      case Pong(var data) -> eightBytes(Derp.PONG, data);
      case Health(var problem) -> plain(Derp.HEALTH, problem.getBytes(UTF_8));
      case Restarting(var in, var tryFor) ->
          eightBytes(Derp.RESTARTING, in << 32 | tryFor & 0xffff_ffffL);
      case Unknown(var type) -> plain(type, NOTHING);
    };
  }

  private static byte[] limited(byte[] packet) {
    if (packet.length > Derp.MAX_PACKET) {
      throw new IllegalArgumentException(
          "DERP packet: " + packet.length + " bytes, allowed " + Derp.MAX_PACKET);
    }
    return packet;
  }

  private static byte[] plain(int type, byte[] payload) {
    byte[] frame = Derp.frame(type, payload.length);
    System.arraycopy(payload, 0, frame, HEADER, payload.length);
    return frame;
  }

  private static byte[] keyed(int type, PublicKey key, byte[] rest) {
    byte[] frame = Derp.frame(type, Derp.KEY_BYTES + rest.length);
    key.copyTo(frame, HEADER);
    System.arraycopy(rest, 0, frame, HEADER + Derp.KEY_BYTES, rest.length);
    return frame;
  }

  private static byte[] eightBytes(int type, long data) {
    byte[] frame = Derp.frame(type, 8);
    BigEndian.putU64(frame, HEADER, data);
    return frame;
  }

  private static byte[] serverKey(PublicKey key) {
    byte[] frame = Derp.frame(Derp.SERVER_KEY, Derp.MAGIC_BYTES + Derp.KEY_BYTES);
    Derp.putMagic(frame, HEADER);
    key.copyTo(frame, HEADER + Derp.MAGIC_BYTES);
    return frame;
  }

  private static byte[] forwardPacket(PublicKey source, PublicKey destination, byte[] packet) {
    byte[] frame = Derp.frame(Derp.FORWARD_PACKET, 2 * Derp.KEY_BYTES + packet.length);
    source.copyTo(frame, HEADER);
    destination.copyTo(frame, HEADER + Derp.KEY_BYTES);
    System.arraycopy(packet, 0, frame, HEADER + 2 * Derp.KEY_BYTES, packet.length);
    return frame;
  }

  private static byte[] peerPresent(PeerPresent present) {
    byte[] frame = Derp.frame(Derp.PEER_PRESENT, Derp.KEY_BYTES + 19);
    present.key().copyTo(frame, HEADER);
    var endpoint = present.endpoint();
    int at = HEADER + Derp.KEY_BYTES;
    if (endpoint != null) {
      System.arraycopy(endpoint.address().mapped(), 0, frame, at, 16);
      frame[at + 16] = (byte) (endpoint.port() >> 8);
      frame[at + 17] = (byte) endpoint.port();
    }
    frame[at + 18] = (byte) present.flags();
    return frame;
  }
}
