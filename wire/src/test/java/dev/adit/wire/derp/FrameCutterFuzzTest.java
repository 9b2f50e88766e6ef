package dev.adit.wire.derp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// A stream of DERP frames is cut at the same places however the bytes come, and no frame is shown
/// that its rule does not allow.
class FrameCutterFuzzTest {
  @FuzzTest
  void cutsTheSameFramesHoweverTheBytesCome(byte @NotNull @WithLength(max = 4096) [] stream) {
    for (var rule :
        List.of(
            SizeRule.RELAY, SizeRule.RELAY_HANDSHAKE, SizeRule.CLIENT, SizeRule.CLIENT_HANDSHAKE)) {
      var whole = cut(rule, stream, stream.length);
      assertThat(cut(rule, stream, 1)).isEqualTo(whole);
      assertThat(cut(rule, stream, 40)).isEqualTo(whole);
    }
  }

  /// What is shown of each frame, and how it ended.
  ///
  /// @param most largest number of bytes that come at once
  private static List<String> cut(SizeRule rule, byte[] stream, int most) {
    var shown = new ArrayList<String>();
    var cutter = new FrameCutter(rule);
    var random = new Random(Arrays.hashCode(stream));
    try {
      for (int at = 0; at < stream.length; ) {
        int length = most == stream.length ? most : 1 + random.nextInt(most);
        length = Math.min(length, stream.length - at);
        cutter.append(stream, at, length);
        while (cutter.next()) {
          shown.add(show(rule, cutter));
        }
        at += length;
      }
    } catch (MalformedException e) {
      shown.add(String.valueOf(e.getMessage()));
    }
    return shown;
  }

  private static String show(SizeRule rule, FrameCutter cutter) throws MalformedException {
    assertThat(rule.takes(cutter.type(), cutter.length())).isTrue();
    int from = cutter.offset();
    byte[] payload = Arrays.copyOfRange(cutter.array(), from, from + cutter.length());
    return cutter.type() + " " + Text.hex(payload);
  }
}
