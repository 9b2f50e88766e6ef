package dev.adit.core.control;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.adit.crypto.CryptoException;
import dev.adit.crypto.NoiseTransport;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.StreamCodec;
import dev.adit.wire.control.UuidV7;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// The inside of a session after its handshake: framing in Noise messages. Confined to one thread.
final class SealedStream {
  private static final byte[] LABEL = "adit-control-v1\0".getBytes(US_ASCII);

  private final NoiseTransport transport;
  private final StreamCodec codec;
  private final boolean gzip;

  /// @param gzip whether long values are sent compressed: the coordinator's side
  SealedStream(NoiseTransport transport, StreamCodec codec, boolean gzip) {
    this.transport = transport;
    this.codec = codec;
    this.gzip = gzip;
  }

  /// The Noise prologue: `adit-control-v1` ‖ 00 ‖ coordinator id.
  static byte[] prologue(UUID coordinator) {
    byte[] prologue = new byte[LABEL.length + 16];
    System.arraycopy(LABEL, 0, prologue, 0, LABEL.length);
    System.arraycopy(UuidV7.bytes(coordinator), 0, prologue, LABEL.length, 16);
    return prologue;
  }

  /// @throws CryptoException if the message is not the other end's next one
  byte[] open(byte[] message) throws CryptoException {
    return transport.open(message);
  }

  StreamCodec.Frame read(byte[] plaintext) throws MalformedException {
    return codec.read(plaintext);
  }

  /// The WebSocket messages that carry a JSON value.
  List<byte[]> sealValue(String json) {
    return seal(StreamCodec.write(json, gzip));
  }

  /// The WebSocket messages that carry a value encoded before ([StreamCodec#write]).
  List<byte[]> seal(List<byte[]> plaintexts) {
    List<byte[]> sealed = new ArrayList<>();
    for (byte[] plaintext : plaintexts) {
      sealed.add(transport.seal(plaintext));
    }
    return sealed;
  }

  byte[] sealPing(byte[] data) {
    return transport.seal(StreamCodec.ping(data));
  }

  byte[] sealPong(byte[] data) {
    return transport.seal(StreamCodec.pong(data));
  }

  void limit(int maxValueBytes) {
    codec.limit(maxValueBytes);
  }

  byte[] handshakeHash() {
    return transport.handshakeHash();
  }
}
