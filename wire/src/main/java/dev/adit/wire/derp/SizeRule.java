package dev.adit.wire.derp;

import dev.adit.wire.MalformedException;

/// Decides by a frame's header alone what becomes of it, before a byte of it is stored (derp §3.4).
@FunctionalInterface
public interface SizeRule {
  /// True to take the frame, false to skip its payload.
  ///
  /// @param length 0 to 2³² − 1
  /// @throws MalformedException if the connection must end
  boolean takes(int type, long length) throws MalformedException;

  /// What a relay accepts of an ordinary client after the handshake: frames for mesh peers end the
  /// connection, what a client has no business to send is skipped up to 1 MiB.
  SizeRule RELAY =
      (type, length) ->
          switch (type) {
            case Derp.SEND_PACKET ->
                between("SendPacket", length, Derp.KEY_BYTES, Derp.KEY_BYTES + Derp.MAX_PACKET);
            case Derp.NOTE_PREFERRED -> between("NotePreferred", length, 1, 1);
            case Derp.PING -> between("Ping", length, 8, 1000);
            case Derp.FORWARD_PACKET, Derp.WATCH_CONNS, Derp.CLOSE_PEER ->
                throw new MalformedException("DERP frame " + type + ": for mesh peers only");
            default -> skip(type, length);
          };

  /// What a relay accepts of a client that has shown the region's mesh key: what [#RELAY] does, and
  /// the frames for mesh peers.
  SizeRule RELAY_MESH =
      (type, length) ->
          switch (type) {
            case Derp.FORWARD_PACKET ->
                between(
                    "ForwardPacket",
                    length,
                    2 * Derp.KEY_BYTES,
                    2 * Derp.KEY_BYTES + Derp.MAX_PACKET);
            case Derp.WATCH_CONNS -> between("WatchConns", length, 0, 0);
            case Derp.CLOSE_PEER -> between("ClosePeer", length, Derp.KEY_BYTES, Derp.KEY_BYTES);
            default -> RELAY.takes(type, length);
          };

  /// What a relay accepts of a client that has not said who it is.
  SizeRule RELAY_HANDSHAKE =
      (type, length) -> {
        if (type != Derp.CLIENT_INFO) {
          throw new MalformedException("DERP frame " + type + ": the first must be ClientInfo");
        }
        return between("ClientInfo", length, Derp.KEY_BYTES + 24, Derp.MAX_CLIENT_INFO);
      };

  /// What a client accepts after the handshake: what is too short, or a packet that is too long, is
  /// skipped; a short ServerInfo or more than 1 MiB ends the connection.
  SizeRule CLIENT =
      (type, length) ->
          switch (type) {
            case Derp.SERVER_INFO -> between("ServerInfo", length, 40, Derp.MAX_FRAME);
            case Derp.RECV_PACKET ->
                between("RecvPacket", length, 0, Derp.MAX_FRAME)
                    && length >= Derp.KEY_BYTES
                    && length <= Derp.KEY_BYTES + Derp.MAX_PACKET;
            case Derp.PEER_GONE, Derp.PEER_PRESENT ->
                between("PeerGone", length, 0, Derp.MAX_FRAME) && length >= Derp.KEY_BYTES;
            case Derp.PING, Derp.PONG, Derp.RESTARTING ->
                between("Ping", length, 0, Derp.MAX_FRAME) && length >= 8;
            case Derp.KEEP_ALIVE, Derp.HEALTH -> between("Health", length, 0, Derp.MAX_FRAME);
            default -> skip(type, length);
          };

  /// What a client accepts first.
  SizeRule CLIENT_HANDSHAKE =
      (type, length) -> {
        if (type != Derp.SERVER_KEY) {
          throw new MalformedException("DERP frame " + type + ": the first must be ServerKey");
        }
        return between("ServerKey", length, Derp.MAGIC_BYTES + Derp.KEY_BYTES, 1024);
      };

  private static boolean between(String what, long length, int least, int most)
      throws MalformedException {
    if (length < least || length > most) {
      throw new MalformedException(
          "DERP " + what + ": payload is " + length + " bytes, allowed " + least + " to " + most);
    }
    return true;
  }

  private static boolean skip(int type, long length) throws MalformedException {
    if (length > Derp.MAX_FRAME) {
      throw new MalformedException(
          "DERP frame " + type + ": payload is " + length + " bytes, allowed " + Derp.MAX_FRAME);
    }
    return false;
  }
}
