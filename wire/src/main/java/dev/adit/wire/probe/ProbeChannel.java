package dev.adit.wire.probe;

import dev.adit.crypto.CryptoException;
import dev.adit.wire.BigEndian;
import dev.adit.wire.MalformedException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Seals and opens the probe messages between one pair of probe keys: counters outwards, a replay
/// window inwards. One thread at a time.
public final class ProbeChannel {
  private final ProbeKeys keys;
  private final long ownId;
  private final ProbeCipher cipher;
  private final ReplayWindow window = new ReplayWindow();
  private final ProbeCounter counter;

  /// @param ownId the sender id of our probe key, [ProbeHeader#idOf]
  /// @param counter of our probe key, shared by all its channels
  public ProbeChannel(ProbeKeys keys, long ownId, ProbeCounter counter, ProbeCipher cipher) {
    this.keys = keys;
    this.ownId = ownId;
    this.counter = counter;
    this.cipher = cipher;
  }

  /// Seals under the next counter.
  public byte[] seal(ProbeMessage message) {
    byte[] plain = message.encode();
    int total = ProbeHeader.MIN_TOTAL_BYTES + plain.length;
    long number = counter.next();
    byte[] header = ProbeHeader.message(total, ownId, number);
    byte[] sealed = cipher.seal(keys.send(), nonce(number), header, plain);
    byte[] out = Arrays.copyOf(header, total);
    System.arraycopy(sealed, 0, out, header.length, sealed.length);
    return out;
  }

  /// Opens bytes whose header is well-formed, of form 0 and of the peer's sender id. What is not
  /// authentic changes nothing, so a stranger cannot move the replay window.
  ///
  /// @throws CryptoException if the tag is wrong
  /// @throws MalformedException if the plaintext is too short for its type
  /// @return null if this counter was accepted before or is too old: a replay
  public @Nullable ProbeMessage open(byte[] bytes, int offset)
      throws CryptoException, MalformedException {
    long number = ProbeHeader.counter(bytes, offset);
    int body = offset + ProbeHeader.BYTES;
    byte[] header = Arrays.copyOfRange(bytes, offset, body);
    byte[] sealed = Arrays.copyOfRange(bytes, body, offset + ProbeHeader.total(bytes, offset));
    byte[] plain = cipher.open(keys.receive(), nonce(number), header, sealed);
    return window.accept(number) ? ProbeMessage.decode(plain) : null;
  }

  private static byte[] nonce(long number) {
    byte[] nonce = new byte[12];
    BigEndian.putU64(nonce, 4, number);
    return nonce;
  }
}
