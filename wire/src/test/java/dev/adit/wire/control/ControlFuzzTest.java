package dev.adit.wire.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.ControlMessage.Join;
import org.jspecify.annotations.Nullable;

/// C-36: any bytes as identity, envelope, body, message or join key decode or are refused with
/// [MalformedException]; what was decoded encodes to something that decodes to the same.
class ControlFuzzTest {
  interface Parser<T> {
    T read(String text) throws MalformedException;
  }

  interface Writer<T> {
    String write(T value);
  }

  @FuzzTest
  void message(byte @NotNull @WithLength(max = 8192) [] utf8) throws MalformedException {
    ControlMessage message;
    try {
      message = ControlMessage.decode(utf8);
    } catch (MalformedException expected) {
      return;
    }
    switch (message) {
      case ControlMessage.Unknown _, ControlMessage.NotUnderstood _ -> {}
      case Join join -> {
        var again = (Join) ControlMessage.decode(join.encode());
        // Arrays of records are equal only if they are the same.
        assertThat(again.secret()).isEqualTo(join.secret());
        assertThat(again.proof()).isEqualTo(join.proof());
        assertThat(again.encode()).isEqualTo(join.encode());
      }
      default -> assertThat(ControlMessage.decode(message.encode())).isEqualTo(message);
    }
  }

  @FuzzTest
  void envelope(byte @NotNull @WithLength(max = 8192) [] utf8) throws MalformedException {
    var envelope = check(utf8, Envelope::parse, Envelope::json);
    if (envelope != null) {
      assertThat(envelope.body()).hasSizeLessThanOrEqualTo(Envelope.MAX_BODY);
      assertThat(envelope.signatures()).hasSizeLessThanOrEqualTo(Envelope.MAX_SIGNATURES);
      for (var context : Context.values()) {
        envelope.isSignedBy(
            context, java.util.List.of(Samples.ROOT.verifyingKey(), Samples.RECORD.verifyingKey()));
      }
    }
  }

  @FuzzTest
  void nodeRecord(byte @NotNull @WithLength(max = 4096) [] utf8) throws MalformedException {
    var node = check(utf8, NodeRecord::parse, NodeRecord::body);
    if (node != null) {
      assertThat(node.addresses()).hasSizeBetween(1, NodeRecord.MAX_ADDRESSES);
      assertThat(node.routes()).hasSizeLessThanOrEqualTo(NodeRecord.MAX_ROUTES);
      assertThat(node.tags()).hasSizeLessThanOrEqualTo(NodeRecord.MAX_TAGS);
      assertThat(node.name()).matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    }
  }

  @FuzzTest
  void relayRecord(byte @NotNull @WithLength(max = 4096) [] utf8) throws MalformedException {
    var relay = check(utf8, RelayRecord::parse, RelayRecord::body);
    if (relay != null) {
      assertThat(relay.description().hosts()).hasSizeLessThanOrEqualTo(RelayDescription.MAX_LIST);
    }
  }

  @FuzzTest
  void relayFile(byte @NotNull @WithLength(max = 4096) [] utf8) throws MalformedException {
    check(
        utf8,
        RelayDescription::parseAll,
        relays -> {
          var text = new StringBuilder("[");
          for (var relay : relays) {
            text.append(text.length() > 1 ? "," : "").append(relay.json());
          }
          return text.append(']').toString();
        });
  }

  @FuzzTest
  void headRecord(byte @NotNull @WithLength(max = 4096) [] utf8) throws MalformedException {
    var head = check(utf8, HeadRecord::parse, HeadRecord::body);
    if (head != null) {
      assertThat(head.ranges()).hasSizeLessThanOrEqualTo(HeadRecord.MAX_RANGES);
    }
  }

  @FuzzTest
  void identity(byte @NotNull @WithLength(max = 4096) [] utf8) throws MalformedException {
    var identity = check(utf8, Identity::parse, Identity::body);
    if (identity != null) {
      assertThat(identity.channelKeys()).hasSizeBetween(1, Identity.MAX_CHANNEL_KEYS);
      assertThat(identity.recordKeys()).hasSizeBetween(1, Identity.MAX_RECORD_KEYS);
      assertThat(identity.urls()).hasSizeBetween(1, Identity.MAX_URLS);
    }
  }

  @FuzzTest
  void joinKey(byte @NotNull @WithLength(max = 512) [] utf8) throws MalformedException {
    var key = checkText(utf8, JoinKey::parse, JoinKey::text);
    if (key != null) {
      assertThat(key.text().substring(key.text().indexOf('#') + 1)).hasSize(91);
      assertThat(key.toString()).doesNotContain(key.text().substring(key.text().length() - 43));
    }
  }

  @FuzzTest
  void adminToken(byte @NotNull @WithLength(max = 512) [] utf8) throws MalformedException {
    var token = checkText(utf8, AdminToken::parse, AdminToken::text);
    if (token != null) {
      assertThat(token.text().substring(token.text().indexOf('#') + 1)).hasSize(94);
    }
  }

  @FuzzTest
  void url(byte @NotNull @WithLength(max = 512) [] utf8) throws MalformedException {
    check(utf8, HttpsUrl::parse, HttpsUrl::toString);
  }

  @FuzzTest
  void resumeToken(byte @NotNull @WithLength(max = 128) [] utf8) throws MalformedException {
    check(utf8, Revisions.Token::parse, Revisions.Token::toString);
  }

  /// For values that know when they are equal; null if the bytes are refused.
  private static <T> @Nullable T check(byte[] utf8, Parser<T> parser, Writer<T> writer)
      throws MalformedException {
    T value = checkText(utf8, parser, writer);
    if (value != null) {
      assertThat(parser.read(writer.write(value))).isEqualTo(value);
    }
    return value;
  }

  private static <T> @Nullable T checkText(byte[] utf8, Parser<T> parser, Writer<T> writer)
      throws MalformedException {
    T value;
    try {
      value = parser.read(new String(utf8, UTF_8));
    } catch (MalformedException expected) {
      assertThat(expected.getMessage()).isNotEmpty().hasSizeLessThan(500);
      return null;
    }
    String text = writer.write(value);
    assertThat(writer.write(parser.read(text))).isEqualTo(text);
    return value;
  }
}
