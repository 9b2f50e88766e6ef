package dev.adit.systemtests.swarm;

import dev.adit.crypto.Blake2s;
import dev.adit.crypto.ChaChaPoly;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// So much of WireGuard as a peer needs that never begins: it answers handshakes, and each UDP
/// packet of IPv4 inside the tunnel with the same packet back. Keeps no counters against replay and
/// forgets no session. Confined to one thread.
///
/// The protocol is Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s as WireGuard's paper has it.
final class WireGuardResponder {
  private static final byte[] CHAIN = Blake2s.hash(ascii("Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s"));
  private static final byte[] START =
      Blake2s.hash(CHAIN, ascii("WireGuard v1 zx2c4 Jason@zx2c4.com"));
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final byte[] NOTHING = {};
  private static final int DATA_HEADER = 16;
  private static final int IP_HEADER = 20;
  private static final int UDP = 17;

  /// One direction each.
  private record Session(int theirIndex, ChaChaPoly receive, ChaChaPoly send, long[] counter) {}

  private final PrivateKey own;
  private final PublicKey peer;
  private final Map<Integer, Session> sessions = new HashMap<>();

  WireGuardResponder(PrivateKey own, PublicKey peer) {
    this.own = own;
    this.peer = peer;
  }

  /// @return the answer, or null if there is none
  byte @Nullable [] received(byte[] message) {
    try {
      return switch (message[0]) {
        case 1 -> message.length == 148 ? initiation(message) : null;
        case 4 -> message.length >= DATA_HEADER + ChaChaPoly.TAG_BYTES ? data(message) : null;
        default -> null;
      };
    } catch (CryptoException e) {
      return null;
    }
  }

  private byte[] initiation(byte[] message) throws CryptoException {
    byte[] ephemeral = Arrays.copyOfRange(message, 8, 40);
    byte[] sealedKey = Arrays.copyOfRange(message, 40, 88);
    byte[] sealedTime = Arrays.copyOfRange(message, 88, 116);
    PublicKey theirs = PublicKey.of(ephemeral);

    byte[] hash = Blake2s.hash(START, own.publicKey().bytes());
    hash = Blake2s.hash(hash, ephemeral);
    byte[] chain = derive(CHAIN, ephemeral, 1)[0];
    byte[][] keys = derive(chain, own.agree(theirs), 2);
    ChaChaPoly.open(keys[1], nonce(0), hash, sealedKey);
    hash = Blake2s.hash(hash, sealedKey);
    keys = derive(keys[0], own.agree(peer), 2);
    ChaChaPoly.open(keys[1], nonce(0), hash, sealedTime);
    hash = Blake2s.hash(hash, sealedTime);

    PrivateKey answer = PrivateKey.generate(RANDOM);
    byte[] answerKey = answer.publicKey().bytes();
    hash = Blake2s.hash(hash, answerKey);
    chain = derive(keys[0], answerKey, 1)[0];
    chain = derive(chain, answer.agree(theirs), 1)[0];
    chain = derive(chain, answer.agree(peer), 1)[0];
    keys = derive(chain, new byte[32], 3); // no pre-shared key
    hash = Blake2s.hash(hash, keys[1]);
    byte[] empty = ChaChaPoly.seal(keys[2], nonce(0), hash, NOTHING);

    int index = RANDOM.nextInt();
    int theirIndex = little(message).getInt(4);
    byte[][] transport = derive(keys[0], NOTHING, 2);
    sessions.put(
        index,
        new Session(
            theirIndex, new ChaChaPoly(transport[0]), new ChaChaPoly(transport[1]), new long[1]));
    byte[] response = new byte[92];
    little(response).putInt(2).putInt(index).putInt(theirIndex).put(answerKey).put(empty);
    byte[] macKey = Blake2s.hash(ascii("mac1----"), peer.bytes());
    byte[] mac = Blake2s.keyed(macKey, 16, Arrays.copyOf(response, 60));
    System.arraycopy(mac, 0, response, 60, mac.length);
    return response;
  }

  private byte @Nullable [] data(byte[] message) throws CryptoException {
    ByteBuffer in = little(message);
    Session session = sessions.get(in.getInt(4));
    if (session == null) {
      return null;
    }
    byte[] sealed = Arrays.copyOfRange(message, DATA_HEADER, message.length);
    byte[] packet = session.receive.open(nonce(in.getLong(8)), NOTHING, sealed);
    if (packet.length < IP_HEADER + 8 || packet[0] != 0x45 || packet[9] != UDP) {
      return null; // a keepalive, or nothing of ours
    }
    // Source and destination change places, which leaves all checksums as they are.
    swap(packet, 12, 16, 4);
    swap(packet, IP_HEADER, IP_HEADER + 2, 2);
    long counter = session.counter[0]++;
    byte[] answer = session.send.seal(nonce(counter), NOTHING, packet);
    byte[] out = new byte[DATA_HEADER + answer.length];
    little(out).putInt(4).putInt(session.theirIndex).putLong(counter).put(answer);
    return out;
  }

  private static void swap(byte[] bytes, int first, int second, int length) {
    for (int i = 0; i < length; i++) {
      byte kept = bytes[first + i];
      bytes[first + i] = bytes[second + i];
      bytes[second + i] = kept;
    }
  }

  /// WireGuard's KDF: so many keys, the first the next chaining key.
  private static byte[][] derive(byte[] chain, byte[] input, int count) {
    byte[] secret = Blake2s.hmac(chain, input);
    byte[][] keys = new byte[count][];
    byte[] last = NOTHING;
    for (int i = 0; i < count; i++) {
      last = Blake2s.hmac(secret, last, new byte[] {(byte) (i + 1)});
      keys[i] = last;
    }
    return keys;
  }

  private static byte[] nonce(long counter) {
    byte[] nonce = new byte[ChaChaPoly.NONCE_BYTES];
    little(nonce).putLong(4, counter);
    return nonce;
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
