package dev.adit.wire.control;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.wire.MalformedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Any bytes decode or throw [MalformedException]; what decodes encodes to something that decodes
/// to the same (C-36). Inputs are valid ones with a few bytes changed, moved or cut, so that most
/// get past the outer layers.
class ControlFuzzTest {
  private static final int ROUNDS = 400;
  private static final byte[] TOKENS =
      "\"{}[]:,0123456789-.eEtfnul\\ \u0000\u00ff".getBytes(ISO_8859_1);

  interface Parser {
    /// The canonical text of what was read.
    String read(String text) throws MalformedException;
  }

  @Test
  void anyMessageDecodesOrIsRefused() throws MalformedException {
    for (ControlMessage message : Samples.messages()) {
      fuzz(message.encode(), text -> encoded(ControlMessage.decode(text.getBytes(ISO_8859_1))));
    }
  }

  @Test
  void anyEnvelopeOrRecordDecodesOrIsRefused() {
    fuzz(Samples.signedNode().json(), text -> Envelope.parse(text).json());
    fuzz(Samples.NODE_BODY, text -> NodeRecord.parse(text).body());
    fuzz(Samples.relay().body(), text -> RelayRecord.parse(text).body());
    fuzz(Samples.head().body(), text -> HeadRecord.parse(text).body());
    fuzz(Samples.IDENTITY_BODY, text -> Identity.parse(text).body());
    fuzz(
        Samples.relayDescription().json(),
        text -> {
          List<String> relays = new ArrayList<>();
          for (RelayDescription relay : RelayDescription.parseAll(text)) {
            relays.add(relay.json());
          }
          return relays.toString();
        });
  }

  @Test
  void anyKeyTextDecodesOrIsRefused() {
    var url = HttpsUrl.literal("https://[2001:db8::1]:8443");
    var random = new Random(2);
    var root = Samples.ROOT.verifyingKey();
    fuzz(JoinKey.create(url, root, random).text(), text -> JoinKey.parse(text).text());
    fuzz(AdminToken.create(url, root, random).text(), text -> AdminToken.parse(text).text());
    fuzz("1.1.2b1d89d44b886db8", text -> Revisions.Token.parse(text).toString());
  }

  private static String encoded(ControlMessage message) {
    return switch (message) {
      case ControlMessage.Unknown _, ControlMessage.NotUnderstood _ -> "{\"type\":\"x\"}";
      default -> message.encode();
    };
  }

  private static void fuzz(String seed, Parser parser) {
    var random = new Random(seed.hashCode());
    for (int i = 0; i < ROUNDS; i++) {
      String mutated = mutate(seed, random);
      String once;
      try {
        once = parser.read(mutated);
      } catch (MalformedException expected) {
        continue;
      }
      try {
        assertThat(parser.read(once)).isEqualTo(once);
      } catch (MalformedException e) {
        throw new AssertionError("does not read what it wrote: " + once, e);
      }
    }
  }

  private static String mutate(String seed, Random random) {
    var text = new StringBuilder(seed);
    for (int changes = random.nextInt(3); changes >= 0 && !text.isEmpty(); changes--) {
      int at = random.nextInt(text.length());
      int end = Math.min(text.length(), at + random.nextInt(12));
      char token = (char) (TOKENS[random.nextInt(TOKENS.length)] & 0xff);
      switch (random.nextInt(6)) {
        case 0 -> text.setCharAt(at, (char) random.nextInt(256));
        case 1 -> text.setCharAt(at, token);
        case 2 -> text.insert(at, token);
        case 3 -> text.delete(at, end);
        case 4 -> text.insert(at, text.substring(at, end));
        default -> text.setLength(random.nextInt(4) == 0 ? at : text.length());
      }
    }
    return text.toString();
  }
}
