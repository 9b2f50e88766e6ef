package dev.adit.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class PrimitivesTest {
  @Test
  void hashesTheExampleOfFips180() {
    assertThat(hex(Hash.sha256("a".getBytes(US_ASCII), "bc".getBytes(US_ASCII))))
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  @Test
  void authenticatesTheSecondExampleOfRfc4231() {
    byte[] key = "Jefe".getBytes(US_ASCII);
    assertThat(hex(Hmac.sha256(key, "what do ya want for nothing?".getBytes(US_ASCII))))
        .isEqualTo("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assertThat(hex(Hmac.sha256(new byte[0])))
        .isEqualTo("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  }

  @Test
  void derivesTheKeysOfRfc5869() {
    byte[] ikm = bytes("0b".repeat(22));
    byte[] salt = bytes("000102030405060708090a0b0c");
    assertThat(hex(Hkdf.sha256(ikm, salt, bytes("f0f1f2f3f4f5f6f7f8f9"), 42)))
        .isEqualTo(
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    assertThat(hex(Hkdf.sha256(ikm, new byte[0], new byte[0], 42)))
        .isEqualTo(
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
  }

  @Test
  void hashesTheExampleOfRfc7693() {
    assertThat(hex(Blake2s.hash("abc".getBytes(US_ASCII))))
        .isEqualTo("508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982");
  }

  @Test
  void keysBlake2sAsTheReferenceVectorsDo() {
    byte[] key = bytes("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    assertThat(hex(Blake2s.keyed(key, 32)))
        .isEqualTo("48a8997da407876b3d79c0d92325ad3b89cbb754d86ab71aee047ad345fd2c49");
    assertThat(Blake2s.keyed(key, 16)).hasSize(16);
  }

  @Test
  void sealsTheExampleOfRfc8439() throws CryptoException {
    byte[] key = bytes("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
    byte[] nonce = bytes("070000004041424344454647");
    byte[] aad = bytes("50515253c0c1c2c3c4c5c6c7");
    byte[] plaintext =
        ("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the "
                + "future, sunscreen would be it.")
            .getBytes(US_ASCII);
    byte[] sealed = ChaChaPoly.seal(key, nonce, aad, plaintext);
    assertThat(hex(sealed))
        .startsWith("d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6")
        .endsWith("1ae10b594f09e26a7e902ecbd0600691");
    assertThat(ChaChaPoly.open(key, nonce, aad, sealed)).isEqualTo(plaintext);
  }

  @Test
  void opensNothingThatWasTouched() throws CryptoException {
    var cipher = new ChaChaPoly(new byte[32]);
    byte[] nonce = new byte[12];
    byte[] sealed = cipher.seal(nonce, new byte[0], new byte[5]);
    for (int i = 0; i < sealed.length; i++) {
      byte[] touched = sealed.clone();
      touched[i] ^= 1;
      assertThatThrownBy(() -> cipher.open(nonce, new byte[0], touched))
          .isInstanceOf(CryptoException.class);
    }
    for (int length = 0; length < 16; length++) {
      byte[] cut = new byte[length];
      assertThatThrownBy(() -> cipher.open(nonce, new byte[0], cut))
          .isInstanceOf(CryptoException.class);
    }
    assertThat(cipher.open(nonce, new byte[0], sealed)).isEqualTo(new byte[5]);
  }

  @Test
  void signsTheThirdExampleOfRfc8032() {
    var key =
        SigningKey.of(bytes("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"));
    byte[] message = bytes("af82");
    byte[] signature = key.sign(message);
    assertThat(hex(key.verifyingKey().bytes()))
        .isEqualTo("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
    assertThat(hex(signature))
        .isEqualTo(
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
    assertThat(key.verifyingKey().verify(message, signature)).isTrue();
    assertThat(key.verifyingKey().verify(bytes("af83"), signature)).isFalse();
    assertThat(key.verifyingKey().verify(message, bytes("00"))).isFalse();
    assertThat(key).hasToString("SigningKey[…]");
  }

  @Test
  void namesAKeyByTheStartOfItsHash() {
    byte[] seed = new byte[32];
    for (int i = 0; i < 32; i++) {
      seed[i] = (byte) (i + 1);
    }
    var key = SigningKey.of(seed).verifyingKey();
    assertThat(key.toB64()).isEqualTo("ebVWLo_mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ");
    assertThat(key.keyId()).isEqualTo("ZbYGc9bt");
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}
