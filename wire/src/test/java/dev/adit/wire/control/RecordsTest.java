package dev.adit.wire.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.wire.Json;
import dev.adit.wire.MalformedException;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordsTest {
  @Test
  void readsWhatItWrites() throws MalformedException {
    assertThat(RelayRecord.parse(Samples.relay().body())).isEqualTo(Samples.relay());
    assertThat(HeadRecord.parse(Samples.head().body())).isEqualTo(Samples.head());
    var shared = new RelayRecord(Samples.RELAY, Samples.relayDescription(), null, 1, 2, 3);
    assertThat(RelayRecord.parse(shared.body())).isEqualTo(shared);
  }

  @Test
  void readsRelayFilesOfOneOrMany() throws MalformedException {
    var relay = Samples.relayDescription();
    assertThat(relay.json())
        .isEqualTo(
            "{\"key\":\"ZLEBsdC-WocEvQePmJUAH8A-jp-VIvGI3RKNmEbUhGY\",\"udpKey\":null,\"name\":\"r1\",\"region\":\"eu\",\"regionId\":900,\"hosts\":[\"relay.example.org\"],\"addresses\":[\"198.51.100.10\"],\"tcp\":443,\"udp\":[3478],\"certPins\":[\"AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA\"],\"capabilities\":[\"derp\",\"stun\"]}");
    assertThat(RelayDescription.parseAll(relay.json())).containsExactly(relay);
    assertThat(RelayDescription.parseAll("[" + relay.json() + "," + relay.json() + "]"))
        .containsExactly(relay, relay);
    assertThat(RelayDescription.parseAll("[]")).isEmpty();
    assertThatThrownBy(() -> RelayDescription.parseAll("[1]"))
        .isInstanceOf(MalformedException.class);
    assertThatThrownBy(() -> RelayDescription.parseAll(relay.json().replace("443", "70000")))
        .hasMessage("member tcp: 70000, allowed 0 to 65535");
  }

  @Test
  void keepsTheTextThatWasSigned() throws MalformedException {
    String json = Samples.signedNode().json();
    var read = Envelope.parse(json.replace("}]}", "}],\"lock\":[{\"by\":\"a\"}]}"));
    assertThat(read.body()).isEqualTo(Samples.NODE_BODY);
    assertThat(read.json()).contains("\"lock\":[{\"by\":\"a\"}]");
    assertThat(read.isSignedBy(Context.NODE, List.of(Samples.RECORD.verifyingKey()))).isTrue();
  }

  @Test
  void believesNoBodyChangedByACharacter() throws MalformedException {
    var keys = List.of(Samples.RECORD.verifyingKey());
    var touched = Envelope.parse(Samples.signedNode().json().replace("10.77.0.2", "10.77.0.3"));
    assertThat(touched.isSignedBy(Context.NODE, keys)).isFalse();
    assertThat(Samples.signedNode().isSignedBy(Context.HEAD, keys)).isFalse();
    assertThat(Samples.signedNode().isSignedBy(Context.NODE, List.of())).isFalse();
  }

  @Test
  void acceptsOneGoodSignatureAmongOthers() {
    var both = Envelope.sign(Context.NODE, Samples.NODE_BODY, Samples.ROOT, Samples.RECORD);
    assertThat(both.isSignedBy(Context.NODE, List.of(Samples.RECORD.verifyingKey()))).isTrue();
  }

  @Test
  void refusesIdentitiesWithoutWhatTheyNeed() {
    for (String name : List.of("channelKeys", "recordKeys", "urls")) {
      String body =
          Samples.IDENTITY_BODY.replaceFirst("\"" + name + "\":\\[[^]]*]", "\"" + name + "\":[]");
      assertThatThrownBy(() -> Identity.parse(body)).isInstanceOf(MalformedException.class);
    }
    assertThatThrownBy(() ->
            Identity.parse(Samples.IDENTITY_BODY.replace("{\"c", "{\"critical\":[\"x\"],\"c")))
        .hasMessage("identity: member x needs a newer version");
  }

  @ParameterizedTest
  @CsvSource({
    "laptop, Laptop",
    "laptop, -x",
    "laptop, x-",
    "laptop, ''",
    "10.77.0.2, 10.77.0",
    "iDGG, iDG",
    "true, 1",
  })
  void refusesNodesWithWrongMembers(String from, String to) {
    assertThatThrownBy(() -> NodeRecord.parse(Samples.NODE_BODY.replace(from, to)))
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith("member ");
  }

  @Test
  void knowsWhichCriticalMembersItReads() throws MalformedException {
    var body = Json.parseObject("{\"critical\":[\"name\",\"routes6\"]}");
    assertThat(Critical.notUnderstood(body, NodeRecord.MEMBERS)).isEqualTo("routes6");
    assertThat(RelayRecord.MEMBERS).contains("relay", "tcp", "serial");
  }

  /// C-10: a member is understood if its texts are.
  @Test
  void knowsWhichCriticalTextsItReads() throws MalformedException {
    for (String known :
        new String[] {"null", "[]", "[\"derp\",\"stun\",\"udp\",\"drain\"]", "\"derp\""}) {
      assertThat(criticalCapabilities(known)).as(known).isNull();
    }
    for (String unknown :
        new String[] {"\"moon\"", "[\"derp\",\"moon\"]", "[null]", "7", "{}", "[[]]"}) {
      assertThat(criticalCapabilities(unknown)).as(unknown).isEqualTo("capabilities");
    }
  }

  private static @Nullable String criticalCapabilities(String value) throws MalformedException {
    String json = "{\"critical\":[\"capabilities\"],\"capabilities\":" + value + "}";
    return Critical.notUnderstood(Json.parseObject(json), RelayRecord.MEMBERS);
  }

  @Test
  void makesIdsThatSortByTime() {
    var random = new Random(5);
    var early = UuidV7.of(1763712000123L, random);
    var late = UuidV7.of(1763712000124L, random);
    assertThat(early.version()).isEqualTo(7);
    assertThat(early.variant()).isEqualTo(2);
    assertThat(early.toString()).isLessThan(late.toString()).startsWith("019aa5");
  }

  @Test
  void refusesTokensOfOtherForms() {
    for (String text : List.of("", "1", "1.2", "1.2.3", "-1.2.x", "1.2.2B1D89D44B886DB8", "1..0")) {
      assertThatThrownBy(() -> Revisions.Token.parse(text)).isInstanceOf(MalformedException.class);
    }
  }
}
