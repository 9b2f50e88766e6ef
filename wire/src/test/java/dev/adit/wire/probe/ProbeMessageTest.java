package dev.adit.wire.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import dev.adit.wire.probe.ProbeMessage.Call;
import dev.adit.wire.probe.ProbeMessage.Path;
import dev.adit.wire.probe.ProbeMessage.Ping;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ProbeMessageTest {
  private static final Endpoint V6 = Endpoint.literal("[2001:db8::7]:4000");

  /// Row X-6: unknown candidate kinds are skipped, kind 9 is known.
  @Test
  void skipsCandidateKindsItDoesNotKnow() throws Exception {
    byte[] call = new byte[12 + 4 * 20];
    call[0] = Call.TYPE;
    call[3] = 4;
    int[] kinds = {9, 200, 10, 1};
    for (int i = 0; i < 4; i++) {
      int at = 12 + 20 * i;
      Arrays.fill(call, at, at + 16, (byte) 0x20);
      call[at + 17] = (byte) (kinds[i] == 9 ? 0 : 5);
      call[at + 18] = (byte) kinds[i];
    }
    assertThat(((Call) ProbeMessage.decode(call)).candidates())
        .extracting(Candidate::kind)
        .containsExactly(CandidateKind.RELAY, CandidateKind.HOST);
  }

  /// Row X-6: a PING may be longer than its fields.
  @Test
  void ignoresExtraBytes() throws Exception {
    Ping ping = new Ping(1, 2, new TransactionId(3, 4), 5, 2, 0xfe06, 100);
    assertThat(ping.encode()).hasSize(124);
    assertThat(ProbeMessage.decode(ping.encode())).isEqualTo(ping);
    byte[] path = Arrays.copyOf(Path.direct(2, 7, V6).encode(), 99);
    assertThat(ProbeMessage.decode(path)).isEqualTo(Path.direct(2, 7, V6));
  }

  /// Row X-6: decisions of a later version pass the codec unchanged.
  @Test
  void keepsDecisionsItDoesNotKnow() throws Exception {
    for (int decision : new int[] {0, 1, 3, 4, 255}) {
      Path path = Path.without(1, 9, decision);
      assertThat(ProbeMessage.decode(path.encode())).isEqualTo(path);
    }
  }

  @Test
  void skipsTypesItDoesNotKnow() throws Exception {
    assertThat(ProbeMessage.decode(new byte[] {5, 0, 0})).isEqualTo(new ProbeMessage.Unknown(5));
  }

  @Test
  void refusesACallThatPromisesMoreCandidatesThanItHolds() {
    byte[] call = new byte[12 + 20];
    call[0] = Call.TYPE;
    call[3] = 2;
    assertThatThrownBy(() -> ProbeMessage.decode(call))
        .isInstanceOf(MalformedException.class)
        .hasMessage("CALL: 32 bytes, needs 52");
  }

  @Test
  void anyBytesDecodeOrAreRefusedAndWhatDecodesReencodes() {
    Random random = new Random(2);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(90)];
      random.nextBytes(bytes);
      if (bytes.length > 3) {
        bytes[0] = (byte) random.nextInt(7);
        bytes[2] = 0;
        bytes[3] = (byte) random.nextInt(4);
      }
      try {
        ProbeMessage message = ProbeMessage.decode(bytes);
        if (!(message instanceof ProbeMessage.Unknown)) {
          assertThat(ProbeMessage.decode(message.encode())).isEqualTo(message);
        }
      } catch (MalformedException expected) {
        assertThat(bytes.length).isLessThan(12 + 3 * 20);
      }
    }
  }
}
