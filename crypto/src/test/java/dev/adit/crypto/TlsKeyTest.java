package dev.adit.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.junit.jupiter.api.Test;

class TlsKeyTest {
  private static final KeyPair RSA = generator("RSA"); // takes its time

  @Test
  void takesEveryFormThatToolsWrite() throws Exception {
    for (var pair : List.of(ec("secp256r1"), ec("secp384r1"), RSA, generator("Ed25519"))) {
      byte[] pkcs8 = pair.getPrivate().getEncoded();
      var key = TlsKey.parse("text before\n" + Pem.encode(Pem.PRIVATE_KEY, pkcs8));
      assertThat(key.key()).isEqualTo(pair.getPrivate());
      assertThat(key.belongsTo(pair.getPublic())).isTrue();
      assertThat(key.belongsTo(ec("secp256r1").getPublic())).isFalse();
      assertThat(key.belongsTo(generator("Ed25519").getPublic())).isFalse();
    }
    var inner = PrivateKeyInfo.getInstance(RSA.getPrivate().getEncoded()).parsePrivateKey();
    var old = TlsKey.parse(Pem.encode("RSA PRIVATE KEY", inner.toASN1Primitive().getEncoded()));
    assertThat(old.belongsTo(RSA.getPublic())).isTrue();
  }

  /// What `openssl ecparam -genkey` writes, and derper (derp §15.1).
  @Test
  void takesTheOlderFormOfEcKeys() throws Exception {
    String text =
        """
        -----BEGIN EC PRIVATE KEY-----
        MHcCAQEEIKbzTpgkoag3g65B5owLmmwAYP1uBNbPduvquX3IyNjLoAoGCCqGSM49
        AwEHoUQDQgAE9jvWcUaWWC/JVKmhxulGAeVFFxu3cAVwproJDpt81SPJWdqT4o2T
        eGjhxWxaSHOB43FYqkeSxvMND9hXqsGfwg==
        -----END EC PRIVATE KEY-----
        """;
    var key = TlsKey.parse(text);
    assertThat(key.belongsTo(key.pair().getPublic())).isTrue();
    assertThat(TlsKey.parse(key.pem()).key()).isEqualTo(key.key());
  }

  @Test
  void computesThePublicKey() throws Exception {
    var made = SelfSigned.create(new Random(7), Instant.EPOCH, List.of(), List.of());
    var pair = TlsKey.of(made.privateKey()).pair();
    assertThat(Hash.sha256(pair.getPublic().getEncoded())).isEqualTo(made.spkiPin());
    var other = TlsKey.of(RSA.getPrivate().getEncoded());
    assertThatThrownBy(other::pair).hasMessage("private key: not on P-256");
  }

  @Test
  void refusesWhatIsNone() throws Exception {
    byte[] good = ec("secp256r1").getPrivate().getEncoded();
    assertThatThrownBy(() -> TlsKey.parse(""))
        .isInstanceOf(CryptoException.class)
        .hasMessageStartingWith("no PRIVATE KEY block");
    assertThatThrownBy(() -> TlsKey.parse("-----BEGIN ENCRYPTED PRIVATE KEY-----"))
        .hasMessageContaining("not encrypted");
    for (int length = 0; length < good.length; length++) {
      byte[] part = Arrays.copyOf(good, length);
      assertThatThrownBy(() -> TlsKey.of(part)).isInstanceOf(CryptoException.class);
    }
    byte[] x25519 = generator("X25519").getPrivate().getEncoded();
    assertThatThrownBy(() -> TlsKey.of(x25519)).hasMessageContaining("neither EC nor RSA");
    assertThat(TlsKey.of(good)).hasToString("TlsKey[…]");
  }

  private static KeyPair ec(String curve) throws Exception {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(curve));
    return generator.generateKeyPair();
  }

  private static KeyPair generator(String algorithm) {
    try {
      return KeyPairGenerator.getInstance(algorithm).generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
