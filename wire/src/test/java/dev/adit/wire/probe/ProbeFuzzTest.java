package dev.adit.wire.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.PrivateKey;
import dev.adit.wire.MalformedException;
import java.util.Arrays;
import java.util.Random;

/// Any bytes, sealed by a peer or by nobody, are a probe message or are refused; what was decoded
/// encodes to something that decodes to the same.
class ProbeFuzzTest {
  private static final PrivateKey OWN = PrivateKey.generate(new Random(1));
  private static final PrivateKey PEER = PrivateKey.generate(new Random(2));

  /// Seals nothing, so that a fuzzer gets past it.
  private static final ProbeCipher CLEAR =
      new ProbeCipher() {
        @Override
        public byte[] seal(byte[] key, byte[] nonce, byte[] aad, byte[] plaintext) {
          return Arrays.copyOf(plaintext, plaintext.length + ProbeHeader.TAG_BYTES);
        }

        @Override
        public byte[] open(byte[] key, byte[] nonce, byte[] aad, byte[] sealed) {
          return Arrays.copyOf(sealed, sealed.length - ProbeHeader.TAG_BYTES);
        }
      };

  @FuzzTest
  void anyPlaintextIsAMessageOrRefused(byte @NotNull @WithLength(max = 2048) [] plaintext)
      throws MalformedException {
    ProbeMessage message;
    try {
      message = ProbeMessage.decode(plaintext);
    } catch (MalformedException expected) {
      return;
    }
    if (!(message instanceof ProbeMessage.Unknown)) {
      assertThat(ProbeMessage.decode(message.encode())).isEqualTo(message);
      assertThat(message.encode()).hasSizeLessThanOrEqualTo(plaintext.length);
    }
  }

  /// As from a peer that holds the keys: every well-formed datagram opens.
  @FuzzTest
  void anyDatagramOfAPeerIsReadOrRefused(byte @NotNull @WithLength(max = 2048) [] datagram)
      throws CryptoException {
    // The buffer of a socket is longer than what came; what lies behind must not count.
    byte[] buffer = Arrays.copyOf(datagram, datagram.length + 50);
    if (!ProbeHeader.isWellFormed(buffer, 0, datagram.length)) {
      return;
    }
    assertThat(ProbeHeader.hasMagic(buffer, 0, datagram.length)).isTrue();
    int total = ProbeHeader.total(buffer, 0);
    assertThat(total).isBetween(ProbeHeader.MIN_TOTAL_BYTES, datagram.length);
    var secrets = NodeSecrets.between(OWN, PEER.publicKey());
    try {
      if (ProbeHeader.form(buffer, 0) == ProbeHeader.FORM_HELLO) {
        var hello = Hello.open(buffer, 0, secrets, CLEAR);
        byte[] again = hello.seal(secrets, new byte[Hello.NONCE_BYTES], CLEAR);
        assertThat(Hello.open(again, 0, secrets, CLEAR)).isEqualTo(hello);
      } else {
        var channel =
            new ProbeChannel(
                secrets.probeKeys(OWN, PEER.publicKey()), 1, new ProbeCounter(), CLEAR);
        var message = channel.open(buffer, 0);
        assertThat(message == null).isEqualTo(ProbeHeader.counter(buffer, 0) == 0);
        assertThat(channel.open(buffer, 0)).as("a replay").isNull();
      }
    } catch (MalformedException expected) {
      // refused
    }
  }

  /// As from a stranger, who has none of the keys.
  @FuzzTest
  void noDatagramOfAStrangerOpens(byte @NotNull @WithLength(max = 512) [] datagram)
      throws CryptoException, MalformedException {
    if (!ProbeHeader.isWellFormed(datagram, 0, datagram.length)) {
      return;
    }
    var secrets = NodeSecrets.between(OWN, PEER.publicKey());
    var keys = secrets.probeKeys(OWN, PEER.publicKey());
    var channel = new ProbeChannel(keys, 1, new ProbeCounter(), ProbeCipher.CHACHA_POLY);
    boolean opened = true;
    try {
      if (ProbeHeader.form(datagram, 0) == ProbeHeader.FORM_HELLO) {
        Hello.open(datagram, 0, secrets, ProbeCipher.CHACHA_POLY);
      } else {
        channel.open(datagram, 0);
      }
    } catch (CryptoException expected) {
      opened = false;
    }
    assertThat(opened).isFalse();
  }

  @FuzzTest
  void aCounterIsAcceptedOnceInAnyOrder(byte @NotNull @WithLength(max = 1024) [] steps) {
    var window = new ReplayWindow();
    var accepted = new java.util.HashSet<Long>();
    long highest = 0;
    long counter = 0;
    for (byte step : steps) {
      // Small steps both ways, and jumps around the window's size.
      counter += step % 8 == 0 ? step * 257L : step;
      boolean fresh = counter != 0 && !accepted.contains(counter);
      boolean old =
          Long.compareUnsigned(counter, highest) <= 0
              && Long.compareUnsigned(highest - counter, ReplayWindow.SIZE) >= 0;
      assertThat(window.accept(counter)).isEqualTo(fresh && !old);
      if (fresh && !old) {
        accepted.add(counter);
        highest = Long.compareUnsigned(counter, highest) > 0 ? counter : highest;
      }
    }
  }
}
