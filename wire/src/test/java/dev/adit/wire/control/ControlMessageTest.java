package dev.adit.wire.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.wire.MalformedException;
import dev.adit.wire.control.ControlMessage.Current;
import dev.adit.wire.control.ControlMessage.Failure;
import dev.adit.wire.control.ControlMessage.NodePresence;
import dev.adit.wire.control.ControlMessage.NotUnderstood;
import dev.adit.wire.control.ControlMessage.PeerPresence;
import dev.adit.wire.control.ControlMessage.Superseded;
import dev.adit.wire.control.ControlMessage.Unknown;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ControlMessageTest {
  static List<ControlMessage> messages() throws MalformedException {
    return Samples.messages();
  }

  @ParameterizedTest
  @MethodSource("messages")
  void survivesTheWay(ControlMessage message) throws MalformedException {
    String json = message.encode();
    assertThat(ControlMessage.decode(json).encode()).isEqualTo(json);
    assertThat(ControlMessage.decode(json)).hasSameClassAs(message);
  }

  @Test
  void writesTheTextsOfTheSpecification() throws MalformedException {
    var texts = messages().stream().map(ControlMessage::encode).toList();
    assertThat(texts)
        .contains(
            "{\"type\":\"joined\",\"re\":1,\"network\":\"019a0000-0000-7000-8000-0000000000a1\",\"node\":\"019a0000-0000-7000-8000-0000000000b1\",\"state\":\"pending\",\"existing\":false}",
            "{\"type\":\"presence\",\"network\":\"019a0000-0000-7000-8000-0000000000a1\",\"counter\":4,\"relay\":\"019a0000-0000-7000-8000-0000000000c1\",\"probeKey\":\"JE_juWPomd0pW6_84kjTUw86mnR5ugYwAmgOv-etrUk\",\"candidates\":[{\"addr\":\"203.0.113.2:41000\",\"kind\":2}]}",
            "{\"type\":\"drain\",\"afterMs\":4200,\"urls\":[\"https://b.example.org:8443\"]}",
            "{\"type\":\"superseded\",\"stream\":18}",
            "{\"type\":\"done\",\"re\":2}",
            "{\"type\":\"admission\",\"full\":false,\"base\":\"a.41.9f\",\"token\":\"a.42.9f\",\"more\":false,\"networks\":[{\"n\":1,\"network\":\"019a0000-0000-7000-8000-0000000000a1\",\"pairs\":[[1,1],[1,2]]}],\"goneNetworks\":[2],\"keys\":[{\"key\":\"iDGGuAC0HVzwQpaV2ps8xPMo680YSm5IL6V4wQPwbHc\",\"n\":1,\"c\":2,\"kind\":\"agent\",\"until\":0}],\"goneKeys\":[\"JE_juWPomd0pW6_84kjTUw86mnR5ugYwAmgOv-etrUk\"]}",
            "{\"type\":\"admitted\",\"token\":\"a.42.9f\"}",
            "{\"type\":\"relayReport\",\"derp\":120,\"udp\":80,\"sessions\":44,\"bytesPerSec\":1200000,\"health\":\"ok\"}",
            "{\"type\":\"error\",\"re\":1,\"code\":\"join_key_used\",\"text\":\"\\u2026\",\"retryMs\":0,\"fatal\":false}");
    assertThat(texts.get(4))
        .contains(
            "\"policy\":null,\"presence\":[{\"node\":\"019a0000-0000-7000-8000-0000000000b1\",\"online\":true,\"relay\":\"019a0000-0000-7000-8000-0000000000c1\"}]}");
  }

  /// C-10: unknown type, member, enum; what follows from it is in `LaterVersionsTest` of core.
  @Test
  void skipsWhatItDoesNotKnow() throws MalformedException {
    assertThat(ControlMessage.decode("{\"type\":\"loginUrl\",\"re\":2}"))
        .isEqualTo(new Unknown("loginUrl"));
    assertThat(ControlMessage.decode("{\"type\":\"superseded\",\"stream\":1,\"more\":[{}]}"))
        .isEqualTo(new Superseded(1));
    assertThat(
            ControlMessage.decode(
                "{\"type\":\"joined\",\"re\":1,\"network\":\""
                    + Samples.NETWORK
                    + "\",\"node\":\""
                    + Samples.NODE
                    + "\",\"state\":\"resting\",\"existing\":true}"))
        .extracting("state")
        .isEqualTo(new NodeState("resting"));
  }

  @Test
  void takesNoDetailsOfPresenceWithoutAStreamNumber() throws MalformedException {
    var decoded =
        ControlMessage.decode(
            "{\"type\":\"presence\",\"network\":\""
                + Samples.NETWORK
                + "\",\"nodes\":[{\"node\":\""
                + Samples.NODE
                + "\",\"counter\":4,\"online\":true,\"seen\":\"192.0.2.1\","
                + "\"candidates\":[{\"addr\":\"192.0.2.1:5\",\"kind\":2}]}]}");
    assertThat(decoded)
        .isEqualTo(
            new PeerPresence(
                Samples.NETWORK, List.of(NodePresence.brief(Samples.NODE, true, null))));
    assertThat(ControlMessage.decode(decoded.encode())).isEqualTo(decoded);
  }

  @Test
  void knowsEveryErrorCodeThatHasAName() throws IllegalAccessException {
    Set<Object> named = new HashSet<>();
    for (var field : ErrorCode.class.getFields()) {
      named.add(field.get(null));
    }
    named.remove(ErrorCode.KNOWN);
    assertThat(named).isEqualTo(ErrorCode.KNOWN);
  }

  /// C-10.
  @Test
  void obeysCritical() throws MalformedException {
    String current = "{\"type\":\"current\",\"network\":\"" + Samples.NETWORK + "\",\"revision\":3";
    assertThat(ControlMessage.decode(current + ",\"critical\":[\"type\",\"revision\"]}"))
        .isEqualTo(new Current(Samples.NETWORK, 3));
    assertThat(ControlMessage.decode(current + ",\"critical\":[\"epoch\"]}"))
        .isEqualTo(new NotUnderstood(Samples.NETWORK, "current.epoch"));
    assertThat(ControlMessage.decode("{\"type\":\"halt\",\"critical\":[\"type\"]}"))
        .isEqualTo(new NotUnderstood(null, "halt.type"));
    String failure = "{\"type\":\"error\",\"text\":\"full\",\"critical\":[\"code\"],\"code\":";
    assertThat(ControlMessage.decode(failure + "\"network_full\"}"))
        .isEqualTo(new Failure(0, ErrorCode.NETWORK_FULL, "full", 0, false));
    assertThat(ControlMessage.decode(failure + "\"moon\"}"))
        .isEqualTo(new NotUnderstood(null, "error.code"));
  }

  @Test
  void refusesWhatIsOutOfBounds() {
    for (String json :
        new String[] {
          "{}",
          "{\"type\":null}",
          "{\"type\":\"superseded\"}",
          "{\"type\":\"superseded\",\"stream\":-1}",
          "{\"type\":\"current\",\"network\":\"019A0000-0000-7000-8000-0000000000A1\",\"revision\":1}",
          "{\"type\":\"current\",\"network\":\"1-1-1-1-1\",\"revision\":1}",
          "{\"type\":\"error\",\"code\":\"x\",\"text\":\"\",\"retryMs\":600001}",
          "{\"type\":\"newer\",\"network\":\""
              + Samples.NETWORK
              + "\",\"record\":{\"body\":\"ä\"}}",
        }) {
      assertThatThrownBy(() -> ControlMessage.decode(json))
          .as(json)
          .isInstanceOf(MalformedException.class);
    }
  }

  @Test
  void sendsNothingItDoesNotUnderstand() {
    assertThatThrownBy(() -> new Unknown("x").encode())
        .isInstanceOf(IllegalArgumentException.class);
  }
}
