package dev.adit.core.stun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import dev.adit.wire.stun.StunAttribute;
import dev.adit.wire.stun.StunMessage;
import dev.adit.wire.stun.TransactionId;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StunResponderTest {
  private static final long SECOND = 1_000_000_000L;
  private static final Endpoint SERVER = Endpoint.literal("198.51.100.1:3478");
  private static final Endpoint SERVER_V6 = Endpoint.literal("[2001:db8:5::10]:3478");
  private static final Endpoint CLIENT = Endpoint.literal("192.0.2.7:41641");
  private static final Endpoint CLIENT_V6 = Endpoint.literal("[2001:db8::7]:41641");

  private final Map<StunCounter, Long> counts = new EnumMap<>(StunCounter.class);
  private final StunResponder responder =
      new StunResponder(
          AlternateEndpoints.NONE,
          (counter, n) -> counts.merge(counter, n, Long::sum),
          new Random(1));
  private final TransactionId id = TransactionId.random(new Random(2));

  @Test
  void saysWhereItSawTheRequestComeFrom() throws MalformedException {
    var answer = answer(StunMessage.request(id), CLIENT, SERVER);
    assertThat(answer.type()).isEqualTo(StunMessage.BINDING_SUCCESS);
    assertThat(answer.id()).isEqualTo(id);
    assertThat(answer.mapped()).isEqualTo(CLIENT);
    assertThat(answer.fingerprint()).isTrue();
    assertThat(answer.first(StunAttribute.ResponseOrigin.class))
        .isEqualTo(new StunAttribute.ResponseOrigin(SERVER));
    assertThat(answer.first(StunAttribute.Software.class)).isNotNull();
    assertThat(answer.first(StunAttribute.OtherAddress.class)).isNull();
  }

  @Test
  void givesTailscalesClientsTheirShortAnswer() {
    byte[] request =
        HexFormat.of()
            .parseHex(
                "000100142112a442000102030405060708090a0b"
                    + "802200087461696c6e6f6465802800048aabad90");
    assertThat(HexFormat.of().formatHex(bytes(request, CLIENT, SERVER)))
        .isEqualTo("0101000c2112a442000102030405060708090a0b00200008000183bbe112a645");
    assertThat(HexFormat.of().formatHex(bytes(request, CLIENT_V6, SERVER_V6)))
        .isEqualTo(
            "010100182112a442000102030405060708090a0b"
                + "00200014000283bb0113a9fa000102030405060708090a0c");
  }

  @Test
  void neverGivesMoreThanFourTimesWhatItGot() throws MalformedException {
    byte[] bare = new StunMessage(StunMessage.BINDING_REQUEST, id, List.of(), false).encode();
    assertThat(bare).hasSize(20);
    byte[] bytes = bytes(bare, CLIENT_V6, SERVER_V6);
    assertThat(bytes.length).isLessThanOrEqualTo(80);
    assertThat(StunMessage.decode(bytes).mapped()).isEqualTo(CLIENT_V6);
    assertThat(StunMessage.decode(bytes).fingerprint()).isTrue();
  }

  @Test
  void refusesWhatIsNotOfferedWithError420() throws MalformedException {
    for (var wish :
        List.of(
            new StunAttribute.ChangeRequest(true, false),
            new StunAttribute.ChangeRequest(false, true),
            new StunAttribute.ResponsePort(4000),
            new StunAttribute.Padding(100),
            new StunAttribute.Unknown(0x7777, new byte[3]))) {
      var answer = answer(StunMessage.request(id, wish), CLIENT, SERVER);
      assertThat(answer.type()).isEqualTo(StunMessage.BINDING_ERROR);
      assertThat(answer.first(StunAttribute.ErrorCode.class))
          .isEqualTo(new StunAttribute.ErrorCode(420, "Unknown Attribute"));
      assertThat(answer.first(StunAttribute.UnknownAttributes.class)).isNotNull();
    }
    assertThat(
            answer(
                    StunMessage.request(id, new StunAttribute.ChangeRequest(true, false)),
                    Endpoint.literal("192.0.2.8:1"),
                    SERVER)
                .first(StunAttribute.UnknownAttributes.class))
        .isEqualTo(new StunAttribute.UnknownAttributes(List.of(3)));
  }

  @Test
  void passesOverWhatAsksForNothing() throws MalformedException {
    var request =
        StunMessage.request(
            id,
            new StunAttribute.ChangeRequest(false, false),
            new StunAttribute.Unknown(0x8888, new byte[9]),
            new StunAttribute.Unknown(0x0006, new byte[4]));
    assertThat(answer(request, CLIENT, SERVER).mapped()).isEqualTo(CLIENT);
  }

  @Test
  void saysNothingToResponsesIndicationsAndNoise() {
    for (int type :
        new int[] {
          StunMessage.BINDING_INDICATION, StunMessage.BINDING_SUCCESS, StunMessage.BINDING_ERROR
        }) {
      assertThat(ask(new StunMessage(type, id, List.of(), true).encode(), CLIENT, 0)).isNull();
    }
    byte[] damaged = StunMessage.request(id).encode();
    damaged[25] ^= 1;
    assertThat(ask(damaged, CLIENT, 0)).isNull();
    assertThat(ask(new byte[3], CLIENT, 0)).isNull();
    assertThat(ask(StunMessage.request(id).encode(), Endpoint.literal("192.0.2.7:0"), 0)).isNull();
    assertThat(counts).containsOnly(Map.entry(StunCounter.NOT_STUN, 6L));
  }

  @Test
  void answersASourceTenTimesASecond() {
    assertThat(answered(50, 0, false)).isEqualTo(10);
    assertThat(answered(50, SECOND - 1, false)).isZero();
    assertThat(answered(50, SECOND, false)).isEqualTo(10);
    assertThat(counts).containsEntry(StunCounter.LIMITED, 130L);
  }

  @Test
  void answersANetworkFiveHundredTimesASecond() {
    assertThat(answered(2000, 0, true)).isEqualTo(500);
    assertThat(answered(2000, SECOND, true)).isEqualTo(500);
  }

  @Test
  void forgetsQuietSourcesWhenManyAreInvented() {
    var random = new Random(4);
    int answered = 0;
    for (int i = 0; i < 100_000; i++) {
      byte[] address = new byte[4];
      random.nextBytes(address);
      address[0] = (byte) (1 + (address[0] & 0x3f));
      var from = new Endpoint(dev.adit.wire.IpAddress.of(address), 1 + random.nextInt(60_000));
      answered += ask(StunMessage.request(id).encode(), from, i) == null ? 0 : 1;
    }
    assertThat(answered).isGreaterThan(99_000);
  }

  private int answered(int requests, long now, boolean manyPorts) {
    int answered = 0;
    for (int i = 0; i < requests; i++) {
      var from = manyPorts ? new Endpoint(CLIENT.address(), 1024 + i) : CLIENT;
      answered += ask(StunMessage.request(id).encode(), from, now) == null ? 0 : 1;
    }
    return answered;
  }

  private @Nullable StunAnswer ask(byte[] request, Endpoint from, long now) {
    return responder.answer(request, 0, request.length, from, SERVER, now);
  }

  private byte[] bytes(byte[] request, Endpoint from, Endpoint to) {
    var answer = responder.answer(request, 0, request.length, from, to, 0);
    assertThat(answer).isNotNull();
    return answer == null ? new byte[0] : answer.bytes();
  }

  private StunMessage answer(StunMessage request, Endpoint from, Endpoint to)
      throws MalformedException {
    return StunMessage.decode(bytes(request.encode(), from, to));
  }
}
