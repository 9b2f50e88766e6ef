package dev.adit.wire.derp;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.BigEndian;
import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import org.jspecify.annotations.Nullable;

/// One frame of the DERP relay protocol; on the wire `type:u8 length:u32be payload` (derp §3).
///
/// A packet's source is always the sender's proven key: the relay replaces the destination of a
/// [SendPacket] by it and passes a [RecvPacket] on. The data is sealed end to end; a relay cannot
/// read it.
///
/// Arrays in records are not copied: who makes or decodes a frame does not change them afterwards.
public sealed interface DerpFrame {
  /// Relay to client, first of all: its key, behind DERP's magic.
  record ServerKey(PublicKey key) implements DerpFrame {}

  /// Client to relay, first of all: its key and a box with [ClientInfo], which proves the key.
  ///
  /// @param sealed nonce, tag and ciphertext (`dev.adit.crypto.NaclBox`)
  record ClientInfoBox(PublicKey client, byte[] sealed) implements DerpFrame {}

  /// Relay to client, when it was admitted: a box with [ServerInfo].
  record ServerInfoBox(byte[] sealed) implements DerpFrame {}

  /// Client to relay: pass `packet` (0 to 65,536 bytes) on to `destination`.
  record SendPacket(PublicKey destination, byte[] packet) implements DerpFrame {}

  /// Relay to client: `source` sent you `packet`.
  record RecvPacket(PublicKey source, byte[] packet) implements DerpFrame {}

  /// Relay to client, about once a minute.
  record KeepAlive() implements DerpFrame {}

  /// Client to relay: you are (not) my home.
  record NotePreferred(boolean home) implements DerpFrame {}

  /// Relay to client: `key` cannot be reached here.
  ///
  /// @param reason [#DISCONNECTED], [#NOT_HERE] or a value this version does not know; all mean
  ///   gone
  record PeerGone(PublicKey key, int reason) implements DerpFrame {
    public static final int DISCONNECTED = 0;
    public static final int NOT_HERE = 1;
  }

  /// Relay to watcher: `key` is connected.
  ///
  /// @param endpoint null if unknown
  /// @param flags 1 regular, 2 mesh peer, 4 prober, 8 not its ideal node; 0 from old servers
  record PeerPresent(PublicKey key, @Nullable Endpoint endpoint, int flags) implements DerpFrame {
    /// Set if no other flag is.
    public static final int REGULAR = 1;

    public static final int MESH_PEER = 2;
    public static final int PROBER = 4;
    public static final int NOT_IDEAL = 8;
  }

  /// Mesh peer to relay: `source`, connected to me, sent `packet` for `destination`.
  record ForwardPacket(PublicKey source, PublicKey destination, byte[] packet)
      implements DerpFrame {}

  /// Mesh peer to relay: tell me who is connected.
  record WatchConns() implements DerpFrame {}

  /// Mesh peer to relay: drop the connections of `key`.
  record ClosePeer(PublicKey key) implements DerpFrame {}

  /// Either way; answered by a [Pong] of the same eight bytes.
  record Ping(long data) implements DerpFrame {}

  record Pong(long data) implements DerpFrame {}

  /// Relay to client: a problem a user may see; empty when it is over.
  record Health(String problem) implements DerpFrame {}

  /// Relay to client: wait `reconnectInMillis`, then try for `tryForMillis`.
  record Restarting(long reconnectInMillis, long tryForMillis) implements DerpFrame {}

  /// A type this version does not know; receivers skip it.
  record Unknown(int type) implements DerpFrame {}

  /// The whole frame, header included; a new array.
  default byte[] encode() {
    return DerpEncoder.encode(this);
  }

  /// Reads the `length` payload bytes of a frame of `type`; packets and boxes are copied.
  ///
  /// Trailing bytes are ignored where the protocol may grow (ServerKey, PeerPresent, Ping, Pong,
  /// Restarting) and refused elsewhere. Largest sizes are [SizeRule]'s matter.
  ///
  /// @throws MalformedException if the payload is shorter than `type` requires
  static DerpFrame decode(int type, byte[] bytes, int offset, int length)
      throws MalformedException {
    return DerpDecoder.decode(type, bytes, offset, length);
  }

  /// Reads one whole frame, header included: for tests and tools.
  static DerpFrame decode(byte[] frame) throws MalformedException {
    if (frame.length < Derp.HEADER_BYTES
        || BigEndian.u32(frame, 1) != frame.length - Derp.HEADER_BYTES) {
      throw new MalformedException("DERP frame: its length is not that of its header");
    }
    return decode(frame[0] & 0xff, frame, Derp.HEADER_BYTES, frame.length - Derp.HEADER_BYTES);
  }
}
