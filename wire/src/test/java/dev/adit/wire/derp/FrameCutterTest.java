package dev.adit.wire.derp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.BigEndian;
import dev.adit.wire.MalformedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameCutterTest {
  private static final PublicKey KEY = PublicKey.of(HexFormat.of().parseHex("09".repeat(32)));

  @Test
  void cutsTheSameFramesHoweverTheStreamIsSplit() throws MalformedException {
    var random = new Random(3);
    var expected = new ArrayList<String>();
    byte[] stream = {};
    for (int i = 0; i < 40; i++) {
      byte[] packet = new byte[i % 7 == 0 ? 0 : random.nextInt(9000)];
      random.nextBytes(packet);
      byte[] frame = new DerpFrame.SendPacket(KEY, packet).encode();
      expected.add(HexFormat.of().formatHex(frame));
      stream = join(stream, frame);
      stream = join(stream, unknown(random.nextInt(50)));
    }
    for (int round = 0; round < 20; round++) {
      var cutter = new FrameCutter(SizeRule.RELAY);
      var seen = new ArrayList<String>();
      int most = new int[] {1, 3, 37, 1500, 70_000}[round % 5];
      for (int at = 0; at < stream.length; ) {
        int length = Math.min(1 + random.nextInt(most), stream.length - at);
        cutter.append(stream, at, length);
        while (cutter.next()) {
          seen.add(HexFormat.of().formatHex(cutter.frame().encode()));
        }
        at += length;
      }
      assertThat(seen).isEqualTo(expected);
    }
  }

  @Test
  void showsAFrameInPlaceWhenItLiesWholeInTheInput() throws MalformedException {
    byte[] frame = new DerpFrame.SendPacket(KEY, new byte[100]).encode();
    var cutter = new FrameCutter(SizeRule.RELAY);
    cutter.append(frame, 0, frame.length);
    assertThat(cutter.next()).isTrue();
    assertThat(cutter.array()).isSameAs(frame);
    assertThat(cutter.offset()).isEqualTo(5);
    assertThat(cutter.length()).isEqualTo(132);
  }

  @Test
  void refusesByTheHeaderAlone() { // derp §17.1, derp §17.9, derp §17.10
    refuses(SizeRule.RELAY, Derp.SEND_PACKET, 31);
    refuses(SizeRule.RELAY, Derp.SEND_PACKET, 65_569);
    refuses(SizeRule.RELAY, Derp.SEND_PACKET, -1);
    refuses(SizeRule.RELAY, Derp.NOTE_PREFERRED, 2);
    refuses(SizeRule.RELAY, Derp.PING, 7);
    refuses(SizeRule.RELAY, Derp.PING, 1001);
    refuses(SizeRule.RELAY, Derp.WATCH_CONNS, 0);
    refuses(SizeRule.RELAY, Derp.FORWARD_PACKET, 64);
    refuses(SizeRule.RELAY, Derp.CLOSE_PEER, 32);
    refuses(SizeRule.RELAY, 0x77, Derp.MAX_FRAME + 1);
    refuses(SizeRule.RELAY_HANDSHAKE, Derp.SEND_PACKET, 40);
    refuses(SizeRule.RELAY_HANDSHAKE, Derp.CLIENT_INFO, 55);
    refuses(SizeRule.RELAY_HANDSHAKE, Derp.CLIENT_INFO, 262_145);
    refuses(SizeRule.CLIENT_HANDSHAKE, Derp.SERVER_INFO, 60);
    refuses(SizeRule.CLIENT_HANDSHAKE, Derp.SERVER_KEY, 39);
    refuses(SizeRule.CLIENT_HANDSHAKE, Derp.SERVER_KEY, 1025);
    refuses(SizeRule.CLIENT, Derp.RECV_PACKET, Derp.MAX_FRAME + 1);
    refuses(SizeRule.CLIENT, Derp.SERVER_INFO, 39);
  }

  @Test
  void skipsWhatAClientCannotUse() throws MalformedException {
    var cutter = new FrameCutter(SizeRule.CLIENT);
    byte[] stream = join(Derp.frame(Derp.RECV_PACKET, 31), Derp.frame(Derp.PONG, 7));
    stream = join(stream, Derp.frame(Derp.RECV_PACKET, 65_569));
    stream = join(stream, Derp.frame(0x99, Derp.MAX_FRAME));
    stream = join(stream, new DerpFrame.KeepAlive().encode());
    cutter.append(stream, 0, stream.length);
    assertThat(cutter.next()).isTrue();
    assertThat(cutter.frame()).isEqualTo(new DerpFrame.KeepAlive());
    assertThat(cutter.next()).isFalse();
  }

  @Test
  void takesTheLargestPacket() throws MalformedException {
    byte[] frame = new DerpFrame.SendPacket(KEY, new byte[Derp.MAX_PACKET]).encode();
    var cutter = new FrameCutter(SizeRule.RELAY);
    cutter.append(frame, 0, 100);
    assertThat(cutter.next()).isFalse();
    cutter.append(frame, 100, frame.length - 100);
    assertThat(cutter.next()).isTrue();
    assertThat(cutter.length()).isEqualTo(65_568);
    assertThatThrownBy(() -> new DerpFrame.SendPacket(KEY, new byte[65_537]).encode())
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void refuses(SizeRule rule, int type, int length) {
    byte[] header = new byte[Derp.HEADER_BYTES];
    header[0] = (byte) type;
    BigEndian.putU32(header, 1, length);
    var cutter = new FrameCutter(rule);
    cutter.append(header, 0, header.length);
    assertThatThrownBy(cutter::next)
        .as("type %s length %s", List.of(type), length)
        .isInstanceOf(MalformedException.class);
  }

  private static byte[] unknown(int length) {
    return Derp.frame(0x77, length);
  }

  private static byte[] join(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
