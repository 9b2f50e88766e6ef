package dev.adit.wire.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.wire.MalformedException;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How much one record or message may hold: as much is read, one more is refused.
class LimitsTest {
  private static final String ID = "\"" + Samples.NODE + "\"";
  private static final String KEY = "\"iDGGuAC0HVzwQpaV2ps8xPMo680YSm5IL6V4wQPwbHc\"";

  interface Parser {
    Object read(String text) throws MalformedException;
  }

  @Test
  void theLimitsOfTheStreamAreThoseOfTheSpecification() {
    assertThat(StreamCodec.MAX_TO_AGENT).isEqualTo(8 * 1024 * 1024);
    assertThat(StreamCodec.MAX_TO_COORDINATOR).isEqualTo(256 * 1024);
    assertThat(StreamCodec.MAX_BEFORE_NODE).isEqualTo(8 * 1024);
    assertThat(Identity.MAX_DOCUMENT_BYTES).isEqualTo(16 * 1024);
  }

  /// C-9: 8 MiB + 1, in parts and as a gzip bomb.
  @Test
  void aValueOf8MiBIsReadAndNotAByteMore() throws MalformedException {
    String most = " ".repeat(StreamCodec.MAX_TO_AGENT);
    for (boolean gzip : new boolean[] {false, true}) {
      var codec = new StreamCodec(true, StreamCodec.MAX_TO_AGENT);
      StreamCodec.Frame last = new StreamCodec.Frame.Part();
      for (byte[] plaintext : StreamCodec.write(most, gzip)) {
        last = codec.read(plaintext);
      }
      assertThat(last).isInstanceOf(StreamCodec.Frame.Value.class);
      assertThatThrownBy(
              () -> {
                for (byte[] plaintext : StreamCodec.write(most + " ", gzip)) {
                  codec.read(plaintext);
                }
              })
          .isInstanceOf(MalformedException.class)
          .hasMessageContaining("more than 8388608 bytes");
    }
  }

  @Test
  void anEnvelopeHoldsABodyOf16KiBAndEightSignatures() throws MalformedException {
    String signed = Samples.signedNode().json();
    String signature = signed.substring(signed.indexOf("[{") + 1, signed.indexOf("}]") + 1);
    bounds(8, signature, "{\"body\":\"x\",\"sigs\":[%s]}", Envelope::parse);
    String envelope = "{\"body\":\"%s\",\"sigs\":[]}";
    Envelope.parse(envelope.formatted("x".repeat(16_384)));
    refuses(envelope.formatted("x".repeat(16_385)), Envelope::parse);
    refuses(
        signed.replaceFirst("\"key\":\"[^\"]*", "\"key\":\"" + "x".repeat(65)), Envelope::parse);
  }

  @ParameterizedTest
  @CsvSource({"addresses, 8, 10.77.0.2", "routes, 64, 10.0.0.0/8", "tags, 32, tag"})
  void aNodeRecordHoldsSoMany(String member, int most, String element) throws MalformedException {
    String body = Samples.NODE_BODY.replaceFirst("\"" + member + "\":\\[[^]]*]", list(member));
    bounds(most, "\"" + element + "\"", body, NodeRecord::parse);
  }

  @ParameterizedTest
  @CsvSource({
    "hosts, 8, \"h\"",
    "addresses, 8, \"192.0.2.1\"",
    "udp, 8, 3478",
    "certPins, 8, \"iDGGuAC0HVzwQpaV2ps8xPMo680YSm5IL6V4wQPwbHc\"",
  })
  void aRelayHoldsEightOfEach(String member, int most, String element) throws MalformedException {
    String body = Samples.relay().body().replaceFirst("\"" + member + "\":\\[[^]]*]", list(member));
    bounds(most, element, body, RelayRecord::parse);
    bounds(1000, Samples.relayDescription().json(), "[%s]", RelayDescription::parseAll);
  }

  @ParameterizedTest
  @CsvSource({"channelKeys, 2", "recordKeys, 4", "tlsPins, 8"})
  void anIdentityHoldsSoManyKeys(String member, int most) throws MalformedException {
    String body = Samples.IDENTITY_BODY.replaceFirst("\"" + member + "\":\\[[^]]*]", list(member));
    bounds(most, KEY, body, Identity::parse);
  }

  @Test
  void anIdentityHolds16UrlsAndAHeadEightRanges() throws MalformedException {
    String identity = Samples.IDENTITY_BODY.replaceFirst("\"urls\":\\[[^]]*]", list("urls"));
    bounds(16, "\"https://a\"", identity, Identity::parse);
    String head = Samples.head().body().replaceFirst("\"ranges\":\\[[^]]*]", list("ranges"));
    bounds(8, "\"10.0.0.0/8\"", head, HeadRecord::parse);
  }

  @Test
  void messagesHoldSoMany() throws MalformedException {
    String network = ",\"network\":" + ID;
    String map = map().encode();
    messages(64, "{\"token\":\"1\"}", hello().replaceFirst("\"resume\":\\[.*]", list("resume")));
    messages(64, "\"x\"", hello().replaceFirst("\"features\":\\[[^]]*]", list("features")));
    messages(10_000, ID, "{\"type\":\"watch\"" + network + "," + list("nodes") + "}");
    messages(
        24,
        "{\"addr\":\"192.0.2.1:5\",\"kind\":2}",
        "{\"type\":\"presence\",\"counter\":1" + network + "," + list("candidates") + "}");
    messages(
        10_000,
        "{\"node\":" + ID + ",\"online\":true}",
        "{\"type\":\"presence\"" + network + "," + list("nodes") + "}");
    messages(16, "\"https://a\"", "{\"type\":\"drain\",\"afterMs\":1," + list("urls") + "}");
    messages(64, "\"x\"", "{\"type\":\"x\"," + list("critical") + "}");
    String record = "{\"body\":\"x\"}";
    messages(
        10_000,
        record,
        map.replaceFirst("\"nodes\":\\[.*\\],\"relays", list("nodes") + ",\"relays"));
    messages(
        1_000,
        record,
        map.replaceFirst("\"relays\":\\[.*\\],\"policy", list("relays") + ",\"policy"));
    messages(65_536, ID, delta().replaceFirst("\"gone\":\\[[^]]*]", list("gone")));
  }

  @Test
  void textsAndPausesAreBounded() throws MalformedException {
    String error = "{\"type\":\"error\",\"code\":\"%s\",\"text\":\"%s\",\"retryMs\":%d}";
    ControlMessage.decode(error.formatted("c".repeat(64), "t".repeat(1000), 600_000));
    refuses(error.formatted("c".repeat(65), "", 0), ControlMessage::decode);
    refuses(error.formatted("", "t".repeat(1001), 0), ControlMessage::decode);
    refuses(error.formatted("", "", 600_001), ControlMessage::decode);
    refuses("{\"type\":\"" + "x".repeat(65) + "\"}", ControlMessage::decode);
  }

  private static void messages(int most, String element, String message) throws MalformedException {
    bounds(most, element, message, ControlMessage::decode);
  }

  /// @param text with `%s` where the elements stand
  private static void bounds(int most, String element, String text, Parser parser)
      throws MalformedException {
    assertThat(text).contains("%s");
    parser.read(text.replace("%s", String.join(",", Collections.nCopies(most, element))));
    refuses(text.replace("%s", String.join(",", Collections.nCopies(most + 1, element))), parser);
  }

  private static void refuses(String text, Parser parser) {
    assertThatThrownBy(() -> parser.read(text)).isInstanceOf(MalformedException.class);
  }

  private static String list(String member) {
    return "\"" + member + "\":[%s]";
  }

  private static ControlMessage map() throws MalformedException {
    return Samples.messages().get(4);
  }

  private static String hello() throws MalformedException {
    return Samples.messages().get(0).encode();
  }

  private static String delta() throws MalformedException {
    return Samples.messages().get(5).encode();
  }
}
