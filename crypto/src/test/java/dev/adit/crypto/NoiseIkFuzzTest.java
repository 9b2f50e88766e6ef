package dev.adit.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import java.util.Arrays;
import java.util.Random;

/// Of all bytes only those that the other end made, in their order, shake hands or open (C-6, C-8);
/// all others are refused with [CryptoException].
class NoiseIkFuzzTest {
  private static final byte[] PROLOGUE = {1, 2, 3};
  private static final PrivateKey CLIENT = PrivateKey.generate(new Random(1));
  private static final PrivateKey SERVER = PrivateKey.generate(new Random(2));
  private static final PrivateKey CLIENT_EPHEMERAL = PrivateKey.generate(new Random(3));
  private static final PrivateKey SERVER_EPHEMERAL = PrivateKey.generate(new Random(4));

  @FuzzTest
  void onlyAnInitiatorsBytesAreMessage1(byte @NotNull @WithLength(max = 200) [] bytes)
      throws CryptoException {
    byte[] genuine = initiator().message1();
    try {
      var responder = NoiseIk.Responder.accept(PROLOGUE, SERVER, SERVER_EPHEMERAL, bytes);
      assertThat(bytes).isEqualTo(genuine);
      assertThat(responder.remote()).isEqualTo(CLIENT.publicKey());
    } catch (CryptoException expected) {
      assertThat(bytes).isNotEqualTo(genuine);
    }
  }

  @FuzzTest
  void onlyTheRespondersBytesAreMessage2(byte @NotNull @WithLength(max = 100) [] bytes)
      throws CryptoException {
    var initiator = initiator();
    var responder = responder(initiator);
    try {
      var transport = initiator.finish(bytes);
      assertThat(bytes).isEqualTo(responder.message2());
      assertThat(transport.handshakeHash()).isEqualTo(responder.transport().handshakeHash());
    } catch (CryptoException expected) {
      assertThat(bytes).isNotEqualTo(responder.message2());
    }
  }

  /// The bytes are what is sealed, and how its sealed form is changed: position and mask.
  @FuzzTest
  void noChangedOrRepeatedMessageOpens(byte @NotNull @WithLength(max = 300) [] bytes)
      throws CryptoException {
    if (bytes.length < 3) {
      return;
    }
    var initiator = initiator();
    var responder = responder(initiator);
    var sending = initiator.finish(responder.message2());
    var receiving = responder.transport();
    byte[] plaintext = Arrays.copyOfRange(bytes, 3, bytes.length);
    byte[] sealed = sending.seal(plaintext);
    byte[] changed = sealed.clone();
    int position = (bytes[0] & 0xff) << 8 | bytes[1] & 0xff;
    changed[position % changed.length] ^= bytes[2];
    if (bytes[2] != 0) {
      assertThat(opens(receiving, changed)).isFalse();
    }
    assertThat(opens(receiving, bytes)).isFalse();
    assertThat(opens(receiving, Arrays.copyOf(sealed, position % sealed.length))).isFalse();
    assertThat(receiving.open(sealed)).isEqualTo(plaintext);
    assertThat(opens(receiving, sealed)).isFalse();
  }

  private static boolean opens(NoiseTransport receiving, byte[] sealed) {
    try {
      receiving.open(sealed);
      return true;
    } catch (CryptoException expected) {
      return false;
    }
  }

  private static NoiseIk.Initiator initiator() throws CryptoException {
    return new NoiseIk.Initiator(PROLOGUE, CLIENT, SERVER.publicKey(), CLIENT_EPHEMERAL);
  }

  private static NoiseIk.Responder responder(NoiseIk.Initiator initiator) throws CryptoException {
    return NoiseIk.Responder.accept(PROLOGUE, SERVER, SERVER_EPHEMERAL, initiator.message1());
  }
}
