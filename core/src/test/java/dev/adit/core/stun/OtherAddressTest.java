package dev.adit.core.stun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import dev.adit.wire.stun.StunAttribute;
import dev.adit.wire.stun.StunMessage;
import dev.adit.wire.stun.TransactionId;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// RFC 5780 at the server: a second address and a second port.
class OtherAddressTest {
  private static final Endpoint A1P1 = Endpoint.literal("198.51.100.1:3478");
  private static final Endpoint A1P2 = Endpoint.literal("198.51.100.1:3479");
  private static final Endpoint A2P1 = Endpoint.literal("198.51.100.2:3478");
  private static final Endpoint A2P2 = Endpoint.literal("198.51.100.2:3479");
  private static final Endpoint V6 = Endpoint.literal("[2001:db8:5::10]:3478");
  private static final Endpoint OTHER_V6 = Endpoint.literal("[2001:db8:5::11]:3479");
  private static final Endpoint CLIENT = Endpoint.literal("192.0.2.7:41641");

  private final TransactionId id = TransactionId.random(new Random(2));
  private final AlternateEndpoints both =
      new AlternateEndpoints(3478, List.of(A1P1.address(), V6.address()), List.of(A2P2, OTHER_V6));
  private long now;

  @Test
  void understandsTheVectorOfTheSpecification() throws MalformedException {
    byte[] request =
        HexFormat.of()
            .parseHex("000100102112a4420102030405060708090a0b0c0003000400000006802800045eb7183d");
    var answer = new StunResponder(both, (_, _) -> {}, new Random(1));
    var sent = answer.answer(request, 0, request.length, CLIENT, A1P1, 0);
    assertThat(sent).isNotNull();
    if (sent != null) {
      assertThat(sent.from()).isEqualTo(A2P2);
      assertThat(sent.to()).isEqualTo(CLIENT);
    }
    byte[] success =
        HexFormat.of()
            .parseHex(
                "010100502112a4420102030405060708090a0b0c002000140002eb7e0113a9fa0103030505060708090a0b1c"
                    + "802b001400020d9620010db8000500000000000000000010"
                    + "802c001400020d9720010db8000500000000000000000011802800041420c73d");
    var decoded = StunMessage.decode(success);
    assertThat(decoded.mapped()).isEqualTo(Endpoint.literal("[2001:db8:1:1::10]:51820"));
    assertThat(decoded.attributes())
        .contains(new StunAttribute.ResponseOrigin(V6), new StunAttribute.OtherAddress(OTHER_V6));
  }

  @Test
  void tellsOfItsOtherAddressWhereverItIsAsked() throws MalformedException {
    assertThat(otherAddress(A1P1)).isEqualTo(A2P2);
    assertThat(otherAddress(A1P2)).isEqualTo(A2P1);
    assertThat(otherAddress(A2P1)).isEqualTo(A1P2);
    assertThat(otherAddress(A2P2)).isEqualTo(A1P1);
    assertThat(otherAddress(V6)).isEqualTo(OTHER_V6);
    assertThat(otherAddress(Endpoint.literal("198.51.100.1:40000"))).isNull();
  }

  @Test
  void answersFromWhereItIsAskedTo() {
    assertThat(from(A1P1, true, true)).isEqualTo(A2P2);
    assertThat(from(A1P1, true, false)).isEqualTo(A2P1);
    assertThat(from(A1P1, false, true)).isEqualTo(A1P2);
    assertThat(from(A2P2, true, true)).isEqualTo(A1P1);
    assertThat(from(A2P1, false, true)).isEqualTo(A2P2);
  }

  @Test
  void aSecondPortAloneAnswersForThePortOnly() throws MalformedException {
    var portOnly =
        new AlternateEndpoints(3478, List.of(), List.of(Endpoint.literal("0.0.0.0:3479")));
    var sent = ask(portOnly, new StunAttribute.ChangeRequest(false, true), A1P1);
    assertThat(sent == null ? null : sent.from()).isEqualTo(A1P2);
    assertThat(message(sent).first(StunAttribute.OtherAddress.class)).isNull();
    var refused = ask(portOnly, new StunAttribute.ChangeRequest(true, true), A1P1);
    assertThat(message(refused).type()).isEqualTo(StunMessage.BINDING_ERROR);
    assertThat(refused == null ? null : refused.from()).isEqualTo(A1P1);
  }

  @Test
  void answersToAnotherPortOfTheSourceButNoneOfTheSystem() throws MalformedException {
    var sent = ask(both, new StunAttribute.ResponsePort(5000), A1P1);
    assertThat(sent == null ? null : sent.to()).isEqualTo(Endpoint.literal("192.0.2.7:5000"));
    assertThat(sent == null ? null : sent.from()).isEqualTo(A1P1);
    assertThat(message(sent).mapped()).isEqualTo(CLIENT);
    assertThat(message(ask(both, new StunAttribute.ResponsePort(1023), A1P1)).type())
        .isEqualTo(StunMessage.BINDING_ERROR);
  }

  @Test
  void returnsPaddingAndNeverPadsWhatGoesToAnotherPort() throws MalformedException {
    var padded = message(ask(both, new StunAttribute.Padding(900), A1P1));
    assertThat(padded.attributes()).contains(new StunAttribute.Padding(900));
    assertThat(padded.first(StunAttribute.OtherAddress.class)).isNotNull();
    assertThat(message(ask(both, new StunAttribute.Padding(1600), A1P1)).type())
        .isEqualTo(StunMessage.BINDING_ERROR);
    var request =
        StunMessage.request(
            id, new StunAttribute.Padding(900), new StunAttribute.ResponsePort(5000));
    assertThat(message(ask(both, request, CLIENT, A1P1)).type())
        .isEqualTo(StunMessage.BINDING_ERROR);
  }

  @Test
  void leavesOutTheOtherAddressFirstWhereTheRequestIsShort() throws MalformedException {
    var bare = new StunMessage(StunMessage.BINDING_REQUEST, id, List.of(), false);
    var client = Endpoint.literal("[2001:db8::7]:41641");
    var answer = message(ask(both, bare, client, V6));
    assertThat(answer.encode().length).isLessThanOrEqualTo(80);
    assertThat(answer.first(StunAttribute.OtherAddress.class)).isNull();
    assertThat(answer.first(StunAttribute.ResponseOrigin.class)).isNotNull();
  }

  @Test
  void aPortThatGetsAnswersGetsFiveASecondFromHoweverManySources() {
    var responder = new StunResponder(both, (_, _) -> {}, new Random(1));
    byte[] request = StunMessage.request(id, new StunAttribute.ResponsePort(5000)).encode();
    int answered = 0;
    for (int i = 0; i < 100; i++) {
      var from = new Endpoint(CLIENT.address(), 20_000 + i);
      answered += responder.answer(request, 0, request.length, from, A1P1, 0) == null ? 0 : 1;
    }
    assertThat(answered).isEqualTo(5);
  }

  private @Nullable Endpoint otherAddress(Endpoint at) throws MalformedException {
    var client = at.address().isV4() ? CLIENT : Endpoint.literal("[2001:db8::7]:41641");
    var answer = message(ask(both, StunMessage.request(id), client, at));
    var other = answer.first(StunAttribute.OtherAddress.class);
    assertThat(answer.first(StunAttribute.ResponseOrigin.class))
        .isEqualTo(new StunAttribute.ResponseOrigin(at));
    return other == null ? null : other.endpoint();
  }

  private @Nullable Endpoint from(Endpoint at, boolean address, boolean port) {
    var sent = ask(both, new StunAttribute.ChangeRequest(address, port), at);
    return sent == null ? null : sent.from();
  }

  private @Nullable StunAnswer ask(AlternateEndpoints alternates, StunAttribute wish, Endpoint at) {
    return ask(alternates, StunMessage.request(id, wish), CLIENT, at);
  }

  private @Nullable StunAnswer ask(
      AlternateEndpoints alternates, StunMessage request, Endpoint from, Endpoint at) {
    byte[] bytes = request.encode();
    return new StunResponder(alternates, (_, _) -> {}, new Random(1))
        .answer(bytes, 0, bytes.length, from, at, now++);
  }

  private static StunMessage message(@Nullable StunAnswer answer) throws MalformedException {
    return StunMessage.decode(answer == null ? new byte[0] : answer.bytes());
  }
}
