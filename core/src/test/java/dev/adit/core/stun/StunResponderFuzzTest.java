package dev.adit.core.stun;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import dev.adit.wire.stun.StunMessage;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Any datagram gets a well-formed answer to whoever asked, at most four times as long, or none.
class StunResponderFuzzTest {
  private static final Endpoint SERVER = Endpoint.literal("198.51.100.10:3478");

  private static final AlternateEndpoints OTHERS =
      new AlternateEndpoints(
          3478,
          List.of(SERVER.address()),
          List.of(
              Endpoint.literal("198.51.100.11:3479"), Endpoint.literal("[2001:db8:5::11]:3479")));

  @FuzzTest
  void anyDatagramGetsAnAnswerOfBoundedLengthOrNone(
      byte @NotNull @WithLength(max = 2048) [] datagram) throws MalformedException {
    for (String from : new String[] {"192.0.2.7:5000", "[2001:db8::7]:5000"}) {
      var responder =
          new StunResponder(OTHERS, (counter, n) -> assertThat(n).isOne(), new Random(1));
      var client = Endpoint.literal(from);
      var sent = responder.answer(datagram, 0, datagram.length, client, SERVER, 0);
      if (sent == null) {
        continue;
      }
      byte[] answer = sent.bytes();
      assertThat(sent.to().address()).isEqualTo(client.address());
      assertThat(answer).hasSizeLessThanOrEqualTo(4 * datagram.length);
      var decoded = StunMessage.decode(answer);
      assertThat(decoded.id()).isEqualTo(StunMessage.decode(datagram).id());
      assertThat(decoded.type()).isIn(StunMessage.BINDING_SUCCESS, StunMessage.BINDING_ERROR);
      if (decoded.type() == StunMessage.BINDING_SUCCESS) {
        assertThat(decoded.mapped()).isEqualTo(client);
      }
      // Two servers must not answer each other for ever.
      assertThat(responder.answer(answer, 0, answer.length, client, SERVER, 0)).isNull();
      byte[] buffer = Arrays.copyOf(datagram, datagram.length + 20);
      var again = responder.answer(buffer, 0, datagram.length, client, SERVER, 0);
      assertThat(again == null ? null : again.bytes()).isEqualTo(answer);
    }
  }
}
