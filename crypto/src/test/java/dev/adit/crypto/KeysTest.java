package dev.adit.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class KeysTest {
  @Test
  void derivesThePublicKeyOfWireGuardsExample() {
    byte[] bytes = HexFormat.of().parseHex("70" + "77".repeat(30) + "70");
    assertThat(PrivateKey.of(bytes).publicKey().toBase64())
        .isEqualTo("3djDnfhR7V/QoqVPJPxU/tGFS/jenRoMn05F8wVaCjs=");
  }

  @Test
  void agreesAsTheDerpVectorsSay() throws CryptoException {
    var server = PrivateKey.of(rising(0x01));
    var client = PrivateKey.of(rising(0x41));
    String shared = HexFormat.of().formatHex(server.agree(client.publicKey()));
    assertThat(shared)
        .isEqualTo(HexFormat.of().formatHex(client.agree(server.publicKey())))
        .isEqualTo("26c2c17fdb82161cb21ad16e721315355b64d1763119b10bfc962530dc7cc163");
  }

  @Test
  void refusesLowOrderPointsAndASecondSpelling() {
    var key = PrivateKey.of(rising(0x01));
    byte[] highBit = rising(0x01);
    highBit[31] |= (byte) 0x80;
    for (byte[] bad : new byte[][] {new byte[32], one(), highBit}) {
      assertThat(PublicKey.of(bad).isUsable()).isFalse();
      assertThatThrownBy(() -> key.agree(PublicKey.of(bad))).isInstanceOf(CryptoException.class);
    }
  }

  @Test
  void neverPrintsAPrivateKey() {
    assertThat(PrivateKey.of(rising(1))).hasToString("PrivateKey[…]");
  }

  private static byte[] one() {
    byte[] bytes = new byte[32];
    bytes[0] = 1;
    return bytes;
  }

  private static byte[] rising(int from) {
    byte[] bytes = new byte[32];
    for (int i = 0; i < 32; i++) {
      bytes[i] = (byte) (from + i);
    }
    return bytes;
  }
}
