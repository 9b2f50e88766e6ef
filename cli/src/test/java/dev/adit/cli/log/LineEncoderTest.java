package dev.adit.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

class LineEncoderTest {
  private static final long TIME = 1_790_000_000_000L;

  private final Logger logger =
      new LoggerContext().getLogger("dev.adit.coordinator.stream.StreamLog");

  @Test
  void writesTimeLevelComponentEventSentenceAndFields() {
    var event = event(Level.INFO, "a node joined", null, "event", "node_joined", "node", "printer");
    assertThat(line(false, event))
        .isEqualTo(
            "2026-09-21T14:13:20.000Z INFO  coordinator node_joined: a node joined node=printer\n");
  }

  @Test
  void writesTheSameAsOneJsonObject() throws MalformedException {
    var event =
        event(Level.WARN, "it failed", null, "event", "database_error", "reason", "disk \"full\"");
    String line = line(true, event);
    assertThat(line).hasLineCount(1).endsWith("}\n");
    JsonObject json = Json.parseObject(line.strip());
    assertThat(json.string("time")).isEqualTo("2026-09-21T14:13:20.000Z");
    assertThat(json.string("level")).isEqualTo("warn");
    assertThat(json.string("component")).isEqualTo("coordinator");
    assertThat(json.string("event")).isEqualTo("database_error");
    assertThat(json.string("message")).isEqualTo("it failed");
    assertThat(json.string("reason")).isEqualTo("disk \"full\"");
  }

  @Test
  void nobodyCanWriteALineOfHisOwn() throws MalformedException {
    var event = event(Level.INFO, "one\ntwo", null, "what", "x\n2026 ERROR y=\"1\" \u001b[31m");
    assertThat(line(false, event))
        .isEqualTo(
            "2026-09-21T14:13:20.000Z INFO  coordinator StreamLog: one\\ntwo"
                + " what=\"x\\n2026 ERROR y=\\\"1\\\" \\u001b[31m\"\n");
    assertThat(Json.parseObject(line(true, event).strip()).string("message")).isEqualTo("one\ntwo");
    assertThat(line(true, event)).hasLineCount(1);
  }

  @Test
  void hidesAddressesAboveDebugOnly() {
    assertThat(line(false, event(Level.INFO, "lost", null, "reason", "192.0.2.1: refused")))
        .endsWith("lost reason=\"<address>: refused\"\n");
    assertThat(line(false, event(Level.DEBUG, "lost", null, "reason", "192.0.2.1")))
        .endsWith("lost reason=192.0.2.1\n");
  }

  @Test
  void saysOfAnExceptionWhatItIsAndWhereItCameFromAndTheRestOnRequest() {
    var mistake = new IllegalStateException("at 192.0.2.1");
    var event = event(Level.ERROR, "failed", mistake);
    assertThat(line(false, event))
        .contains("exception=java.lang.IllegalStateException at=LineEncoderTest.java:")
        .doesNotContain("192.0.2.1", "stack=");
    var whole = new LineEncoder(false, true);
    assertThat(text(whole, event))
        .hasLineCount(1)
        .contains("stack=\"java.lang.IllegalStateException: at <address>\\n\\tat dev.adit.");
  }

  @Test
  void cutsWhatIsTooLong() {
    assertThat(line(false, event(Level.INFO, "x".repeat(100_000), null)))
        .hasSizeLessThan(1_200)
        .endsWith("x…\n");
  }

  private LoggingEvent event(
      Level level, String sentence, @Nullable Throwable cause, String... fields) {
    var event = new LoggingEvent("", logger, level, sentence, cause, null);
    event.setTimeStamp(TIME);
    for (int i = 0; i < fields.length; i += 2) {
      event.addKeyValuePair(new KeyValuePair(fields[i], fields[i + 1]));
    }
    return event;
  }

  private static String line(boolean json, LoggingEvent event) {
    return text(new LineEncoder(json, false), event);
  }

  private static String text(LineEncoder encoder, LoggingEvent event) {
    return new String(encoder.encode(event), StandardCharsets.UTF_8);
  }
}
