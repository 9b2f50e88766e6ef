package dev.adit.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// The vectors of control §11.
class NoiseIkTest {
  private static final byte[] PROLOGUE =
      bytes("616469742d636f6e74726f6c2d763100019a0000000070008000000000000001");
  private static final byte[] MESSAGE_1 =
      bytes(
          "ad438bfae31f6c093d61d4339255ea798092c9fadd07b97827f4b0ae9dee7c1c"
              + "c691fa68d5be2f0f47d1e61753478ab53b925507ae87cfa3984b284954b71a48"
              + "01be52d826e90fb327d4e80d0da2603490b91ce8f7ec634ba3f4331f6240c874");
  private static final byte[] MESSAGE_2 =
      bytes(
          "3a553d74792d727efa9b9a4cde3da1ad93f1a2d0c09cb639b1a3c0fda14cbe24"
              + "fdd75f953941765e6e35040d3a845564");
  private static final byte[] PING = bytes("040001020304050607");
  private static final byte[] PONG = bytes("050001020304050607");

  private final PrivateKey channel = rising(0x41);
  private final PrivateKey machine = rising(0x61);

  @Test
  void shakesHandsByteForByte() throws CryptoException {
    var initiator = initiator();
    assertThat(initiator.message1()).isEqualTo(MESSAGE_1);
    var responder = responder(MESSAGE_1);
    assertThat(responder.remote()).isEqualTo(machine.publicKey());
    assertThat(responder.message2()).isEqualTo(MESSAGE_2);
    var agent = initiator.finish(MESSAGE_2);
    assertThat(hex(agent.handshakeHash()))
        .isEqualTo("0ac47f5d8f69d75c444cba0d3c3b8ba9da93e034d3f21fa999654158f891adab")
        .isEqualTo(hex(responder.transport().handshakeHash()));
  }

  @Test
  void carriesMessagesBothWays() throws CryptoException {
    var agent = initiator().finish(MESSAGE_2);
    var coordinator = responder(MESSAGE_1).transport();
    byte[] ping = agent.seal(PING);
    assertThat(hex(ping)).isEqualTo("6f3a50f73d02804dd727f93963fc14e19081c410b2628e87d8");
    assertThat(coordinator.open(ping)).isEqualTo(PING);
    byte[] pong = coordinator.seal(PONG);
    assertThat(hex(pong)).isEqualTo("4d6a2d37560e4c0037b676bc5b173ff08c2ea93fdd86f86c3c");
    assertThat(agent.open(pong)).isEqualTo(PONG);
    byte[] json =
        bytes("00" + hex("{\"type\":\"x\"}".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
    byte[] sealed = agent.seal(json);
    assertThat(hex(sealed)).isEqualTo("d77a72f4d750c4606396d17517dfd95b9e4dae2eb686741b29d2ec10f6");
    assertThat(coordinator.open(sealed)).isEqualTo(json);
  }

  @Test
  void opensNoMessageTwice() throws CryptoException {
    var agent = initiator().finish(MESSAGE_2);
    var coordinator = responder(MESSAGE_1).transport();
    byte[] ping = agent.seal(PING);
    coordinator.open(ping);
    assertThatThrownBy(() -> coordinator.open(ping)).isInstanceOf(CryptoException.class);
  }

  @Test
  void refusesHandshakesWithAnyBitFlippedOrAnotherLength() {
    for (int i = 0; i < MESSAGE_1.length; i++) {
      byte[] touched = MESSAGE_1.clone();
      touched[i] ^= (byte) 0x80;
      assertThatThrownBy(() -> responder(touched)).isInstanceOf(CryptoException.class);
    }
    for (int i = 0; i < MESSAGE_2.length; i++) {
      byte[] touched = MESSAGE_2.clone();
      touched[i] ^= (byte) 0x80;
      assertThatThrownBy(() -> initiator().finish(touched)).isInstanceOf(CryptoException.class);
    }
    for (int length : new int[] {0, 47, 49, 95, 97}) {
      byte[] other = new byte[length];
      assertThatThrownBy(() -> responder(other)).isInstanceOf(CryptoException.class);
      assertThatThrownBy(() -> initiator().finish(other)).isInstanceOf(CryptoException.class);
    }
  }

  @Test
  void refusesAnotherChannelKeyAndAnotherPrologue() {
    assertThatThrownBy(
            () -> NoiseIk.Responder.accept(PROLOGUE, rising(0x42), rising(0xc1), MESSAGE_1))
        .isInstanceOf(CryptoException.class);
    assertThatThrownBy(
            () -> NoiseIk.Responder.accept(new byte[32], channel, rising(0xc1), MESSAGE_1))
        .isInstanceOf(CryptoException.class);
  }

  private NoiseIk.Initiator initiator() throws CryptoException {
    return new NoiseIk.Initiator(PROLOGUE, machine, channel.publicKey(), rising(0xa1));
  }

  private NoiseIk.Responder responder(byte[] message1) throws CryptoException {
    return NoiseIk.Responder.accept(PROLOGUE, channel, rising(0xc1), message1);
  }

  private static PrivateKey rising(int from) {
    byte[] bytes = new byte[32];
    for (int i = 0; i < 32; i++) {
      bytes[i] = (byte) (from + i);
    }
    return PrivateKey.of(bytes);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}
