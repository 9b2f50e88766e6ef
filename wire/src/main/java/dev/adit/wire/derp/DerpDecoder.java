package dev.adit.wire.derp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.BigEndian;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.MalformedException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Bytes to values, for every frame.
final class DerpDecoder {
  private static final int KEY = Derp.KEY_BYTES;

  private DerpDecoder() {}

  static DerpFrame decode(int type, byte[] bytes, int offset, int length)
      throws MalformedException {
    return switch (type) {
      case Derp.SERVER_KEY -> {
        need("ServerKey", length, Derp.MAGIC_BYTES + KEY);
        if (!Derp.isMagic(bytes, offset)) {
          throw new MalformedException("DERP ServerKey: wrong magic; not a DERP server");
        }
        yield new DerpFrame.ServerKey(key(bytes, offset + Derp.MAGIC_BYTES));
      }
      case Derp.CLIENT_INFO -> {
        need("ClientInfo", length, KEY + 24);
        yield new DerpFrame.ClientInfoBox(key(bytes, offset), rest(bytes, offset, length, KEY));
      }
      case Derp.SERVER_INFO -> {
        need("ServerInfo", length, 24);
        yield new DerpFrame.ServerInfoBox(rest(bytes, offset, length, 0));
      }
      case Derp.SEND_PACKET -> {
        need("SendPacket", length, KEY);
        yield new DerpFrame.SendPacket(key(bytes, offset), rest(bytes, offset, length, KEY));
      }
      case Derp.RECV_PACKET -> {
        need("RecvPacket", length, KEY);
        yield new DerpFrame.RecvPacket(key(bytes, offset), rest(bytes, offset, length, KEY));
      }
      case Derp.KEEP_ALIVE -> new DerpFrame.KeepAlive();
      case Derp.NOTE_PREFERRED -> {
        exactly("NotePreferred", length, 1);
        yield new DerpFrame.NotePreferred(bytes[offset] != 0);
      }
      case Derp.PEER_GONE -> {
        need("PeerGone", length, KEY);
        int reason = length > KEY ? bytes[offset + KEY] & 0xff : DerpFrame.PeerGone.DISCONNECTED;
        yield new DerpFrame.PeerGone(key(bytes, offset), reason);
      }
      case Derp.PEER_PRESENT -> {
        need("PeerPresent", length, KEY);
        int flags = length > KEY + 18 ? bytes[offset + KEY + 18] & 0xff : 0;
        var endpoint = length >= KEY + 18 ? endpoint(bytes, offset + KEY) : null;
        yield new DerpFrame.PeerPresent(key(bytes, offset), endpoint, flags);
      }
      case Derp.FORWARD_PACKET -> {
        need("ForwardPacket", length, 2 * KEY);
        yield new DerpFrame.ForwardPacket(
            key(bytes, offset), key(bytes, offset + KEY), rest(bytes, offset, length, 2 * KEY));
      }
      case Derp.WATCH_CONNS -> {
        exactly("WatchConns", length, 0);
        yield new DerpFrame.WatchConns();
      }
      case Derp.CLOSE_PEER -> {
        exactly("ClosePeer", length, KEY);
        yield new DerpFrame.ClosePeer(key(bytes, offset));
      }
      case Derp.PING -> {
        need("Ping", length, 8);
        yield new DerpFrame.Ping(BigEndian.u64(bytes, offset));
      }
      case Derp.PONG -> {
        need("Pong", length, 8);
        yield new DerpFrame.Pong(BigEndian.u64(bytes, offset));
      }
      case Derp.HEALTH -> new DerpFrame.Health(new String(bytes, offset, length, UTF_8));
      case Derp.RESTARTING -> {
        need("Restarting", length, 8);
        long both = BigEndian.u64(bytes, offset);
        yield new DerpFrame.Restarting(both >>> 32, both & 0xffff_ffffL);
      }
      default -> new DerpFrame.Unknown(type);
    };
  }

  private static void need(String what, int length, int least) throws MalformedException {
    if (length < least) {
      throw new MalformedException(
          "DERP " + what + ": payload is " + length + " bytes, needs " + least);
    }
  }

  private static void exactly(String what, int length, int needed) throws MalformedException {
    if (length != needed) {
      throw new MalformedException(
          "DERP " + what + ": payload is " + length + " bytes, must be " + needed);
    }
  }

  private static PublicKey key(byte[] bytes, int offset) {
    return PublicKey.of(bytes, offset, KEY);
  }

  private static byte[] rest(byte[] bytes, int offset, int length, int skipped) {
    return Arrays.copyOfRange(bytes, offset + skipped, offset + length);
  }

  /// All zero means unknown.
  private static @Nullable Endpoint endpoint(byte[] bytes, int offset) {
    var address = IpAddress.of(Arrays.copyOfRange(bytes, offset, offset + 16));
    int port = BigEndian.u16(bytes, offset + 16);
    return address.isUnspecified() && port == 0 ? null : new Endpoint(address, port);
  }
}
