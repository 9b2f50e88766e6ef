package dev.adit.wire.derp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.crypto.NaclBox;
import dev.adit.crypto.PrivateKey;
import dev.adit.wire.MalformedException;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HandshakeBoxesTest {
  private static final PrivateKey SERVER =
      PrivateKey.of(hex("0002030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f60"));
  private static final PrivateKey CLIENT =
      PrivateKey.of(hex("4042434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f60"));

  @Test
  void opensTheGoldenClientInfo() throws Exception {
    byte[] frame =
        hex(
            "020000006864b101b1d0be5a8704bd078f9895001fc03e8e9f9522f188dd128d9846d48466"
                + "101112131415161718191a1b1c1d1e1f2021222324252627"
                + "eed8e79372518f57be167958318d8d8f4dec7dce278cfb824c4ca54c2aae951d"
                + "3e0c80dc23f2c0ba9d9a647ec120cabd");
    var box = (DerpFrame.ClientInfoBox) DerpFrame.decode(frame);
    assertThat(box.client()).isEqualTo(CLIENT.publicKey());
    assertThat(ClientInfo.open(box, NaclBox.between(SERVER, box.client())))
        .isEqualTo(ClientInfo.OURS);
    assertThat(box.encode()).isEqualTo(frame);
    assertThat(ClientInfo.OURS.toJson()).isEqualTo("{\"version\":2,\"CanAckPings\":true}");
  }

  @Test
  void opensTheGoldenServerInfo() throws Exception {
    byte[] frame =
        hex(
            "0300000035303132333435363738393a3b3c3d3e3f4041424344454647"
                + "3a045f2796543c43c5ab8c82bdee82d8c01f918c414c542dae38ef8b65");
    var box = (DerpFrame.ServerInfoBox) DerpFrame.decode(frame);
    assertThat(ServerInfo.open(box, NaclBox.between(CLIENT, SERVER.publicKey())))
        .isEqualTo(ServerInfo.OURS);
    assertThat(ServerInfo.OURS.toJson()).isEqualTo("{\"version\":2}");
  }

  @Test
  void opensWhatItSealed() throws Exception {
    var info = new ClientInfo(null, 2, false, true, "a \"label\"\n");
    var frame = info.seal(CLIENT, SERVER.publicKey(), new Random(1));
    assertThat(ClientInfo.open(frame, NaclBox.between(SERVER, CLIENT.publicKey()))).isEqualTo(info);
  }

  @Test
  void carriesAPermitUnlessItIsTooLong() throws Exception {
    var info = ClientInfo.OURS.withPermit("{\"body\":\"{}\"}");
    var frame = info.seal(CLIENT, SERVER.publicKey(), new Random(1));
    assertThat(ClientInfo.open(frame, NaclBox.between(SERVER, CLIENT.publicKey()))).isEqualTo(info);
    String longest = "x".repeat(ClientInfo.MAX_PERMIT);
    assertThat(parse("{\"aditPermit\":\"" + longest + "\"}").permit()).isEqualTo(longest);
    assertThat(parse("{\"aditPermit\":\"" + longest + "x\"}").permit()).isNull();
    assertThat(parse("{\"aditPermit\":null}").permit()).isNull();
    assertThat(ClientInfo.OURS.withPermit(longest + "x")).isEqualTo(ClientInfo.OURS);
    assertThat(info.toString()).doesNotContain("body");
  }

  @Test
  void readsMembersInAnyCaseAndSkipsUnknownOnes() throws MalformedException {
    var info =
        parse(
            "{\"VERSION\":7,\"future\":{\"a\":[1,{}]},\"canackpings\":true,\"appName\":null,"
                + "\"version\":3,\"MESHKEY\":\""
                + "Ab".repeat(32)
                + "\"} \n");
    assertThat(info.version()).isEqualTo(3);
    assertThat(info.canAckPings()).isTrue();
    assertThat(info.meshKey()).hasSize(32);
    assertThat(info.toString()).doesNotContain("ab");
    assertThat(ServerInfo.fromJson("{\"TokenBucketBytesBurst\":70000}".getBytes(UTF_8)))
        .isEqualTo(new ServerInfo(0, 0, 70_000));
  }

  @Test
  void refusesWhatIsNotOneObject() {
    for (String bad :
        new String[] {
          "",
          "[]",
          "null",
          "{",
          "{\"version\":\"2\"}",
          "{\"version\":2.5}",
          "{\"version\":99999999999999999999}",
          "{\"CanAckPings\":1}",
          "{\"meshKey\":\"\"}",
          "{\"meshKey\":null}",
          "{\"meshKey\":\"0102\"}",
          "{\"version\":2}{}",
          "{\"version\":2}x",
          "[".repeat(5000),
          "{\"a\":" + "[".repeat(5000),
        }) {
      assertThatThrownBy(() -> parse(bad)).as(bad).isInstanceOf(MalformedException.class);
    }
  }

  private static ClientInfo parse(String json) throws MalformedException {
    return ClientInfo.fromJson(json.getBytes(UTF_8));
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}
