package dev.adit.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NaclBoxTest {
  private static final PrivateKey SERVER =
      PrivateKey.of(hex("0002030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f60"));
  private static final PrivateKey CLIENT =
      PrivateKey.of(hex("4042434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f60"));

  // derp §19
  private static final byte[] CLIENT_INFO =
      hex(
          "101112131415161718191a1b1c1d1e1f2021222324252627"
              + "eed8e79372518f57be167958318d8d8f4dec7dce278cfb824c4ca54c2aae951d"
              + "3e0c80dc23f2c0ba9d9a647ec120cabd");
  private static final String CLIENT_INFO_JSON = "{\"version\":2,\"CanAckPings\":true}";

  @Test
  void derivesTheSharedKeyOfTheVector() throws CryptoException {
    byte[] key = Salsa20.hsalsa20(SERVER.agree(CLIENT.publicKey()), new byte[16], 0);
    assertThat(HexFormat.of().formatHex(key))
        .isEqualTo("f8d48c0771b2fab0580110626883f7671e7d0001a6823f3ad9e93d8ef177e8fc");
  }

  @Test
  void sealsTheGoldenBytes() throws CryptoException {
    var box = NaclBox.between(CLIENT, SERVER.publicKey());
    byte[] nonce = Arrays.copyOf(CLIENT_INFO, 24);
    assertThat(box.seal(CLIENT_INFO_JSON.getBytes(UTF_8), nonce)).isEqualTo(CLIENT_INFO);
  }

  @Test
  void opensAtTheOtherEnd() throws CryptoException {
    var box = NaclBox.between(SERVER, CLIENT.publicKey());
    assertThat(new String(box.open(CLIENT_INFO), UTF_8)).isEqualTo(CLIENT_INFO_JSON);
    byte[] serverInfo =
        hex(
            "303132333435363738393a3b3c3d3e3f4041424344454647"
                + "3a045f2796543c43c5ab8c82bdee82d8c01f918c414c542dae38ef8b65");
    assertThat(new String(box.open(serverInfo), UTF_8)).isEqualTo("{\"version\":2}");
  }

  @Test
  void opensWhatItSealedForEveryLength() throws CryptoException {
    var random = new Random(1);
    var sender = NaclBox.between(CLIENT, SERVER.publicKey());
    var receiver = NaclBox.between(SERVER, CLIENT.publicKey());
    for (int length = 0; length < 300; length++) {
      byte[] message = new byte[length];
      random.nextBytes(message);
      assertThat(receiver.open(sender.seal(message, random))).isEqualTo(message);
    }
  }

  @Test
  void refusesEveryChangedBitAndShortInput() throws CryptoException {
    var box = NaclBox.between(SERVER, CLIENT.publicKey());
    for (int i = 0; i < CLIENT_INFO.length * 8; i++) {
      byte[] changed = CLIENT_INFO.clone();
      changed[i >> 3] ^= (byte) (1 << (i & 7));
      assertThatThrownBy(() -> box.open(changed)).isInstanceOf(CryptoException.class);
    }
    for (int length = 0; length < 40; length++) {
      byte[] cut = Arrays.copyOf(CLIENT_INFO, length);
      assertThatThrownBy(() -> box.open(cut)).isInstanceOf(CryptoException.class);
    }
  }

  @Test
  void refusesKeysWithWhichAnyoneCouldOpen() {
    byte[] highBit = CLIENT.publicKey().bytes();
    highBit[31] |= (byte) 0x80;
    for (byte[] bad : new byte[][] {new byte[32], highBit}) {
      assertThatThrownBy(() -> NaclBox.between(SERVER, PublicKey.of(bad)))
          .isInstanceOf(CryptoException.class);
    }
  }

  @Test
  void computesHmacSha1OfRfc2202() {
    byte[] mac =
        HmacSha1.of("Jefe".getBytes(UTF_8), "what do ya want for nothing?".getBytes(UTF_8));
    assertThat(HexFormat.of().formatHex(mac)).isEqualTo("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}
