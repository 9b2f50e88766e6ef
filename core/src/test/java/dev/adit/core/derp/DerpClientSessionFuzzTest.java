package dev.adit.core.derp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.NaclBox;
import dev.adit.crypto.PrivateKey;
import dev.adit.testkit.Pieces;
import dev.adit.wire.Text;
import dev.adit.wire.derp.DerpFrame;
import dev.adit.wire.derp.ServerInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Whatever a relay sends, before or after it admitted us: nothing is thrown, what waits is bounded
/// by what came, nothing comes after a failure, and how the bytes were cut into pieces does not
/// matter.
class DerpClientSessionFuzzTest {
  private static final PrivateKey OWN = PrivateKey.generate(new Random(11));
  private static final PrivateKey RELAY = PrivateKey.generate(new Random(12));

  @FuzzTest
  void anyBytesInsteadOfARelays(byte @NotNull @WithLength(max = 2048) [] stream) {
    var whole = run(List.of(stream), false);
    assertThat(run(Pieces.of(stream), false)).isEqualTo(whole);
    assertThat(run(Pieces.ofOneByte(stream), false)).isEqualTo(whole);
  }

  @FuzzTest
  void anyBytesOfARelayThatAdmittedUs(byte @NotNull @WithLength(max = 8192) [] stream) {
    var whole = run(List.of(stream), true);
    assertThat(run(Pieces.of(stream), true)).isEqualTo(whole);
  }

  private static List<String> run(List<byte[]> pieces, boolean admitted) {
    var session = new DerpClientSession(OWN, null, new Random(1), 0);
    if (admitted) {
      received(session, new DerpFrame.ServerKey(RELAY.publicKey()).encode());
      received(session, serverInfo());
      assertThat(session.isAdmitted()).isTrue();
    }
    int bytes = 0;
    for (byte[] piece : pieces) {
      received(session, piece);
      bytes += piece.length;
    }
    List<String> events = new ArrayList<>();
    boolean failed = false;
    for (var event = session.poll(); event != null; event = session.poll()) {
      assertThat(failed).isFalse();
      failed = event instanceof Event.Failed;
      events.add(text(event));
      assertThat(events).hasSizeLessThanOrEqualTo(3 + bytes / 5);
    }
    assertThat(session.isAdmitted() && failed).isFalse();
    byte[] packet = session.packet(RELAY.publicKey(), new byte[100], 0, 100, 1);
    assertThat(packet == null || packet.length == 137).isTrue();
    session.timeReached(Long.MAX_VALUE - 1);
    return events;
  }

  private static String text(Event event) {
    return switch (event) {
      case Event.Write(var bytes) -> "write " + Text.hex(bytes);
      case Event.Received(var source, var packet) -> source.toHex() + " " + Text.hex(packet);
      default -> event.toString();
    };
  }

  private static void received(DerpClientSession session, byte[] bytes) {
    session.received(bytes, 0, bytes.length, 0);
  }

  private static byte[] serverInfo() {
    try {
      var box = NaclBox.between(RELAY, OWN.publicKey());
      return ServerInfo.OURS.seal(box, new Random(2)).encode();
    } catch (CryptoException e) {
      throw new AssertionError(e);
    }
  }
}
