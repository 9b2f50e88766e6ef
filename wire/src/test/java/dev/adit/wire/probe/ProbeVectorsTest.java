package dev.adit.wire.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.crypto.CryptoException;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import dev.adit.wire.probe.ProbeMessage.Call;
import dev.adit.wire.probe.ProbeMessage.Path;
import dev.adit.wire.probe.ProbeMessage.Ping;
import dev.adit.wire.probe.ProbeMessage.Pong;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// The vectors of relay-rung §12 that are in scope of the skeleton, in both directions: keys,
/// HELLO, PING, PONG, PATH, CALL (row X-1).
final class ProbeVectorsTest {
  private static final String HELLO_A =
      "f56164700101005000000000b0b1b2b3b4b5b6b7b8b9babbacc7e93e5f800b3cd98b0e49dc57c3a726e60daf"
          + "682afae6801085cb540efb0af5f849a80fa6f3d20c412cbfabebc22096f3b34235be8200";
  private static final String HELLO_B =
      "f56164700101005000000000d0d1d2d3d4d5d6d7d8d9dadb4e963227eb63e2031a0989f61987e1ae469a9135"
          + "b1ee965d00e492fa325ea3235e145727b01553864e5f69fa0cfc9e9eed51b41bc1aef827";
  private static final String PING =
      "f561647001000040bc841db8fea3efd80000000000000001eb35d3a6a398568f556a6657c841a0fdfcab42bb"
          + "256dff2c92eae78fab3371160073b7fc9dd2f667";
  private static final String PING_PADDED =
      "f561647001000054bc841db8fea3efd800000000000000024f7b7841eaf29026b4429ba4b1552f35eae45dd4"
          + "0abf0edaf201bb6913f7ec8d61687b4937ce8d636d970e83cdeb33175e65650e6e48d6c23b08d95d";
  private static final String PONG =
      "f561647001000054b097557f7185a98b0000000000000001bef3343455b23db792262d4284af9a8d9f529d97"
          + "9528aa3878d9b6d68e135c1a82819c10dee551313909838bf9b4249d6e4864db7c89ad2d4f4db532";
  private static final String PATH =
      "f561647001000048bc841db8fea3efd80000000000000003c65ea6e35dad15c4eec87294793a5d08bb4cb287"
          + "b77428aa7d67914228cb5a60bf92a3d370b6021ac9c0103aa3b47c56";
  private static final String CALL =
      "f56164700100005cbc841db8fea3efd80000000000000004870d6059072b1ef5f0e4af540c89370480c7a195"
          + "394d51cb889e7d79708c46e4276b6bd57445fe225f3753125439d5eea01a545402e2407a837a47645beb3f10"
          + "a712f0f9";

  private static final PrivateKey NODE_A = rising(0x01);
  private static final PrivateKey NODE_B = rising(0x21);
  private static final PrivateKey PROBE_A = rising(0x41);
  private static final PrivateKey PROBE_B = rising(0x61);
  private static final TransactionId ID = new TransactionId(0xa0a1a2a3a4a5a6a7L, 0xa8a9aaab);
  private static final Ping PING_VALUE = new Ping(0, 7, ID, 5, 1, 0, 0);
  private static final Pong PONG_VALUE =
      new Pong(0, 7, ID, Endpoint.literal("203.0.113.2:51820"), 9, 2, 0);
  private static final Path PATH_VALUE =
      Path.udpRelay(1, 6, UUID.fromString("019a0000-0000-7000-8000-0000000000c1"));
  private static final Call CALL_VALUE =
      new Call(
          ProbeMessage.FLAG_PLEASE_ANSWER,
          3,
          NatMapping.EIM,
          NatFiltering.APDF,
          NatAllocation.PRESERVING,
          3,
          List.of(
              new Candidate.Address(CandidateKind.HOST, Endpoint.literal("192.168.1.10:41000")),
              new Candidate.Relay(0x80000000000000c1L, 0xed787b2cbf8f12dcL)));

  private final NodeSecrets a = secrets(NODE_A, NODE_B);
  private final NodeSecrets b = secrets(NODE_B, NODE_A);

  @Test
  void derivesThePublicKeysOfTheVectors() {
    assertThat(NODE_A.publicKey().toHex())
        .isEqualTo("07a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c");
    assertThat(PROBE_B.publicKey().toHex())
        .isEqualTo("244fe3b963e899dd295baffce248d3530f3a9a7479ba063002680ebfe7adad49");
    assertThat(a.isLow()).isTrue();
    assertThat(b.isLow()).isFalse();
  }

  @Test
  void derivesTheKeysOfHelloAndTheMixSecretOnBothSides() {
    String low = "3b3c1a5fe3e922477397ebd609c8a407bbee16ca61f586816e8e8f26f7a93875";
    String high = "9d86a641a674f52c8bc73971c091feaae0658018421eefa8b843390282281d26";
    String mix = "41612234b729eaa5f5fd5dc61e41de53239088d4c60d8b26ee00d959e7375774";
    assertThat(Text.hex(a.helloSendKey())).isEqualTo(low);
    assertThat(Text.hex(a.helloReceiveKey())).isEqualTo(high);
    assertThat(Text.hex(b.helloSendKey())).isEqualTo(high);
    assertThat(Text.hex(b.helloReceiveKey())).isEqualTo(low);
    assertThat(Text.hex(a.mixSecret())).isEqualTo(mix);
    assertThat(Text.hex(b.mixSecret())).isEqualTo(mix);
  }

  @Test
  void derivesTheProbeKeysOnBothSides() throws Exception {
    ProbeKeys fromA = a.probeKeys(PROBE_A, PROBE_B.publicKey());
    ProbeKeys fromB = b.probeKeys(PROBE_B, PROBE_A.publicKey());
    assertThat(Text.hex(fromA.send()))
        .isEqualTo("1d2ae4534fcaa0d43c5618655246a27bdb978c3b967f583a721c247ed5fc5f47");
    assertThat(Text.hex(fromA.receive()))
        .isEqualTo("0a9a04c7021bd68d1846236113369d318d3edf4e95b6b6f2a796837d067d42d9");
    assertThat(fromB.send()).isEqualTo(fromA.receive());
    assertThat(fromB.receive()).isEqualTo(fromA.send());
  }

  @Test
  void refusesALowOrderProbeKey() {
    assertThatThrownBy(() -> a.probeKeys(PROBE_A, PublicKey.of(new byte[32])))
        .isInstanceOf(CryptoException.class);
  }

  @Test
  void sealsAndOpensHello() throws Exception {
    Hello fromA = new Hello(true, 0, PROBE_A.publicKey());
    Hello fromB = new Hello(false, 0, PROBE_B.publicKey());
    assertThat(Text.hex(fromA.seal(a, risingBytes(0xb0, 12), ProbeCipher.CHACHA_POLY)))
        .isEqualTo(HELLO_A);
    assertThat(Text.hex(fromB.seal(b, risingBytes(0xd0, 12), ProbeCipher.CHACHA_POLY)))
        .isEqualTo(HELLO_B);
    assertThat(openHello(b, bytes(HELLO_A))).isEqualTo(fromA);
    assertThat(openHello(a, bytes(HELLO_B))).isEqualTo(fromB);
  }

  @Test
  void sealsEveryMessageToTheBytesOfTheVectors() {
    ProbeChannel fromA = channel(a, PROBE_A, PROBE_B);
    assertThat(Text.hex(fromA.seal(PING_VALUE))).isEqualTo(PING);
    assertThat(Text.hex(fromA.seal(padded(PING_VALUE)))).isEqualTo(PING_PADDED);
    assertThat(Text.hex(fromA.seal(PATH_VALUE))).isEqualTo(PATH);
    assertThat(Text.hex(fromA.seal(CALL_VALUE))).isEqualTo(CALL);
    assertThat(Text.hex(channel(b, PROBE_B, PROBE_A).seal(PONG_VALUE))).isEqualTo(PONG);
  }

  @Test
  void opensEveryMessageOfTheVectors() throws Exception {
    ProbeChannel atB = channel(b, PROBE_B, PROBE_A);
    assertThat(atB.open(bytes(PING), 0)).isEqualTo(PING_VALUE);
    assertThat(atB.open(bytes(PING_PADDED), 0)).isEqualTo(padded(PING_VALUE));
    assertThat(atB.open(bytes(PATH), 0)).isEqualTo(PATH_VALUE);
    assertThat(atB.open(bytes(CALL), 0)).isEqualTo(CALL_VALUE);
    assertThat(channel(a, PROBE_A, PROBE_B).open(bytes(PONG), 0)).isEqualTo(PONG_VALUE);
  }

  @Test
  void namesTheSenderByTheHashOfItsProbeKey() throws Exception {
    assertThat(ProbeHeader.senderId(bytes(PING), 0))
        .isEqualTo(ProbeHeader.idOf(PROBE_A.publicKey()));
    assertThat(ProbeHeader.counter(bytes(CALL), 0)).isEqualTo(4);
  }

  @Test
  void refusesEverySingleFlippedBit() throws Exception {
    for (String vector : List.of(PING, PING_PADDED, PATH, CALL, HELLO_A)) {
      for (int bit = 0; bit < bytes(vector).length * 8; bit++) {
        byte[] flipped = bytes(vector);
        flipped[bit >> 3] ^= (byte) (1 << (bit & 7));
        assertThat(opensAtB(flipped)).as("bit %d of %s", bit, vector).isFalse();
      }
      assertThat(opensAtB(bytes(vector))).isTrue();
    }
  }

  @Test
  void refusesAReplay() throws Exception {
    ProbeChannel atB = channel(b, PROBE_B, PROBE_A);
    assertThat(atB.open(bytes(PING), 0)).isNotNull();
    assertThat(atB.open(bytes(PING), 0)).isNull();
  }

  @Test
  void cutsWhatOffloadGluedBehindAMessage() throws Exception {
    byte[] glued = bytes("ffff" + PING + PONG);
    assertThat(ProbeHeader.isWellFormed(glued, 2, glued.length - 2)).isTrue();
    assertThat(channel(b, PROBE_B, PROBE_A).open(glued, 2)).isEqualTo(PING_VALUE);
  }

  private boolean opensAtB(byte[] message) {
    if (!ProbeHeader.isWellFormed(message, 0, message.length)) {
      return false;
    }
    try {
      if (ProbeHeader.form(message, 0) == ProbeHeader.FORM_HELLO) {
        openHello(b, message);
        return true;
      }
      return ProbeHeader.form(message, 0) == ProbeHeader.FORM_MESSAGE
          && channel(b, PROBE_B, PROBE_A).open(message, 0) != null;
    } catch (CryptoException | MalformedException e) {
      return false;
    }
  }

  private static Ping padded(Ping ping) {
    return new Ping(0, ping.tag(), ping.id(), ping.epoch(), ping.decision(), 0, 20);
  }

  private static Hello openHello(NodeSecrets secrets, byte[] message)
      throws CryptoException, MalformedException {
    return Hello.open(message, 0, secrets, ProbeCipher.CHACHA_POLY);
  }

  private static ProbeChannel channel(NodeSecrets secrets, PrivateKey own, PrivateKey peer) {
    try {
      return new ProbeChannel(
          secrets.probeKeys(own, peer.publicKey()),
          ProbeHeader.idOf(own.publicKey()),
          new ProbeCounter(),
          ProbeCipher.CHACHA_POLY);
    } catch (CryptoException e) {
      throw new AssertionError(e);
    }
  }

  private static NodeSecrets secrets(PrivateKey own, PrivateKey peer) {
    try {
      return NodeSecrets.between(own, peer.publicKey());
    } catch (CryptoException e) {
      throw new AssertionError(e);
    }
  }

  private static PrivateKey rising(int from) {
    return PrivateKey.of(risingBytes(from, 32));
  }

  private static byte[] risingBytes(int from, int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) (from + i);
    }
    return bytes;
  }

  private static byte[] bytes(String hex) {
    try {
      return Text.parseHex(hex);
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }
}
