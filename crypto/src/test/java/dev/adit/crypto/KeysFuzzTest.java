package dev.adit.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import java.util.Arrays;
import java.util.Random;

/// Whatever a stranger sends as key, signature, box or certificate is used or refused with
/// [CryptoException], never with anything else.
class KeysFuzzTest {
  private static final PrivateKey OWN = PrivateKey.generate(new Random(1));
  private static final SigningKey SIGNER = SigningKey.generate(new Random(2));

  /// 32 bytes of key, then a sealed value.
  @FuzzTest
  void noStrangersBoxOpens(byte @NotNull @WithLength(max = 300) [] bytes) {
    if (bytes.length < PublicKey.BYTES) {
      return;
    }
    var key = PublicKey.of(bytes, 0, PublicKey.BYTES);
    boolean agreed = false;
    boolean opened = false;
    try {
      var box = NaclBox.between(OWN, key);
      agreed = true;
      box.open(bytes, PublicKey.BYTES, bytes.length - PublicKey.BYTES);
      opened = true;
    } catch (CryptoException expected) {
      // refused
    }
    assertThat(agreed).isEqualTo(key.isUsable());
    assertThat(opened).isFalse();
  }

  /// 32 bytes of key, 64 of signature, then the message.
  @FuzzTest
  void onlyTheSignersBytesVerify(byte @NotNull @WithLength(max = 300) [] bytes) {
    if (bytes.length < 96) {
      return;
    }
    byte[] message = Arrays.copyOfRange(bytes, 96, bytes.length);
    byte[] signature = Arrays.copyOfRange(bytes, 32, 96);
    VerifyingKey.of(Arrays.copyOf(bytes, 32)).verify(message, signature);
    boolean verifies = SIGNER.verifyingKey().verify(message, signature);
    assertThat(verifies).isEqualTo(Arrays.equals(SIGNER.sign(message), signature));
    assertThat(SIGNER.verifyingKey().verify(bytes, message)).isFalse();
  }

  @FuzzTest
  void anyCertificateHasAPinOrIsRefused(byte @NotNull @WithLength(max = 2048) [] der) {
    try {
      assertThat(Certificate.spkiPin(der)).hasSize(32);
      assertThat(Certificate.spkiPin(Arrays.copyOf(der, der.length + 5)))
          .isEqualTo(Certificate.spkiPin(der));
    } catch (CryptoException expected) {
      // refused
    }
  }
}
