package dev.adit.wire.derp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DerpFrameTest {
  private static final PublicKey SERVER =
      PublicKey.of(hex("07a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c"));
  private static final PublicKey CLIENT =
      PublicKey.of(hex("64b101b1d0be5a8704bd078f9895001fc03e8e9f9522f188dd128d9846d48466"));

  /// derp §19.
  private static final Map<String, DerpFrame> GOLDEN =
      Map.of(
          "010000002844455250f09f949107a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c",
          new DerpFrame.ServerKey(SERVER),
          "090000003364b101b1d0be5a8704bd078f9895001fc03e8e9f9522f188dd128d9846d48466"
              + "00000000000000000000ffffc0000207a2a901",
          new DerpFrame.PeerPresent(CLIENT, Endpoint.literal("192.0.2.7:41641"), 1),
          "080000002164b101b1d0be5a8704bd078f9895001fc03e8e9f9522f188dd128d9846d4846601",
          new DerpFrame.PeerGone(CLIENT, DerpFrame.PeerGone.NOT_HERE),
          "15000000080000000100000002",
          new DerpFrame.Restarting(1, 2),
          "0600000000",
          new DerpFrame.KeepAlive(),
          "1400000003424144",
          new DerpFrame.Health("BAD"),
          "07000000" + "0101",
          new DerpFrame.NotePreferred(true),
          "1200000008ff02030405060708",
          new DerpFrame.Ping(0xff02030405060708L),
          "1300000008ff02030405060708",
          new DerpFrame.Pong(0xff02030405060708L));

  @Test
  void readsAndWritesTheGoldenFrames() throws MalformedException {
    for (var golden : GOLDEN.entrySet()) {
      assertThat(DerpFrame.decode(hex(golden.getKey()))).isEqualTo(golden.getValue());
      assertThat(golden.getValue().encode()).isEqualTo(hex(golden.getKey()));
    }
  }

  @Test
  void readsAndWritesTheGoldenPackets() throws MalformedException {
    byte[] hello = "hello".getBytes(UTF_8);
    byte[] sent = hex("0400000025" + SERVER.toHex() + "68656c6c6f");
    byte[] received = hex("0500000025" + CLIENT.toHex() + "68656c6c6f");
    assertThat(new DerpFrame.SendPacket(SERVER, hello).encode()).isEqualTo(sent);
    assertThat(new DerpFrame.RecvPacket(CLIENT, hello).encode()).isEqualTo(received);
    assertThat(DerpFrame.decode(sent))
        .isInstanceOfSatisfying(
            DerpFrame.SendPacket.class,
            frame -> {
              assertThat(frame.destination()).isEqualTo(SERVER);
              assertThat(frame.packet()).isEqualTo(hello);
            });
    assertThat(DerpFrame.decode(received)).isInstanceOf(DerpFrame.RecvPacket.class);
  }

  @Test
  void toleratesWhatOldServersLeaveOut() throws MalformedException {
    assertThat(DerpFrame.decode(hex("0800000020" + CLIENT.toHex())))
        .isEqualTo(new DerpFrame.PeerGone(CLIENT, DerpFrame.PeerGone.DISCONNECTED));
    assertThat(DerpFrame.decode(hex("0900000020" + CLIENT.toHex())))
        .isEqualTo(new DerpFrame.PeerPresent(CLIENT, null, 0));
  }

  @Test
  void refusesPayloadsThatAreTooShortOrOfTheWrongLength() {
    for (String bad :
        new String[] {
          "0400000000",
          "05000000" + "0101",
          "0700000000",
          "070000000" + "20101",
          "1000000001" + "00",
          "1100000000",
          "1200000007" + "01020304050607",
          "0100000028" + "00".repeat(40),
          "0a0000003f" + "00".repeat(63),
          "0200000037" + "00".repeat(55),
        }) {
      assertThatThrownBy(() -> DerpFrame.decode(hex(bad))).isInstanceOf(MalformedException.class);
    }
  }

  @Test
  void decodesAnyBytesOrRefusesThem() {
    var random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      byte[] payload = new byte[random.nextInt(120)];
      random.nextBytes(payload);
      int type = random.nextInt(0x18);
      try {
        var frame = DerpFrame.decode(type, payload, 0, payload.length);
        assertThat(DerpFrame.decode(frame.encode()).encode()).isEqualTo(frame.encode());
      } catch (MalformedException expected) {
        assertThat(expected).hasMessageStartingWith("DERP ");
      }
    }
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}
