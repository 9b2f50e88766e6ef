package dev.adit.wire.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.StreamCodec.Frame;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/// C-9: whatever an authenticated end sends, in parts, mixed or compressed, a value is at most as
/// long as allowed and what its parts were.
class StreamCodecFuzzTest {
  private static final int MAX = 1000;

  /// The bytes are plaintexts one after the other: kind, length (u16), then so many bytes.
  @FuzzTest
  void anyPlaintextsGiveBoundedValuesOrAreRefused(
      byte @NotNull @WithLength(max = 4096) [] plaintexts) {
    for (boolean gzip : new boolean[] {false, true}) {
      var codec = new StreamCodec(gzip, MAX);
      var parts = new ByteArrayOutputStream();
      try {
        for (int at = 0; at + 3 <= plaintexts.length; ) {
          int length = (plaintexts[at + 1] & 0xff) << 8 | plaintexts[at + 2] & 0xff;
          int end = Math.min(plaintexts.length, at + 3 + length);
          byte[] plaintext = Arrays.copyOfRange(plaintexts, at + 2, end);
          plaintext[0] = plaintexts[at];
          check(codec.read(plaintext), plaintext, parts);
          at = end;
        }
      } catch (MalformedException expected) {
        // refused
      }
    }
  }

  private static void check(Frame frame, byte[] plaintext, ByteArrayOutputStream parts)
      throws MalformedException {
    int kind = plaintext[0];
    if (kind >= 0 && kind <= 3) {
      parts.write(plaintext, 1, plaintext.length - 1);
      assertThat(parts.size()).isLessThanOrEqualTo(MAX);
    }
    switch (frame) {
      case Frame.Part _ -> assertThat(kind).isIn(1, 3);
      case Frame.Value(byte[] value) -> {
        assertThat(value).hasSizeLessThanOrEqualTo(MAX);
        byte[] whole = parts.toByteArray();
        assertThat(value).isEqualTo(kind == 0 ? whole : Gzip.inflate(whole, MAX));
        parts.reset();
      }
      case Frame.Ping(byte[] data) -> assertThat(data).hasSize(8);
      case Frame.Pong(byte[] data) -> assertThat(data).hasSize(8);
      case Frame.Unknown(int unknown) -> assertThat(unknown).isBetween(6, 255);
    }
  }

  @FuzzTest
  void anyBytesInflateToWhatTheyHoldOrAreRefused(byte @NotNull @WithLength(max = 4096) [] gzip)
      throws IOException {
    byte[] inflated;
    try {
      inflated = Gzip.inflate(gzip, MAX);
    } catch (MalformedException expected) {
      return;
    }
    assertThat(inflated).hasSizeLessThanOrEqualTo(MAX);
    try (var reference = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
      assertThat(reference.readAllBytes()).isEqualTo(inflated);
    }
  }

  @FuzzTest
  void anyTextArrivesAsItWasSent(byte @NotNull @WithLength(max = 4096) [] bytes)
      throws MalformedException {
    // Long enough for gzip and for several parts.
    String text = new String(bytes, UTF_8).repeat(1 + 70_000 / Math.max(1, bytes.length));
    for (boolean gzip : new boolean[] {false, true}) {
      var codec = new StreamCodec(gzip, StreamCodec.MAX_TO_AGENT);
      Frame last = new Frame.Part();
      for (byte[] plaintext : StreamCodec.write(text, gzip)) {
        assertThat(last).isInstanceOf(Frame.Part.class);
        last = codec.read(plaintext);
      }
      assertThat(last).isInstanceOf(Frame.Value.class);
      assertThat(((Frame.Value) last).utf8()).isEqualTo(text.getBytes(UTF_8));
    }
  }
}
