package dev.adit.wire.derp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import dev.adit.wire.MalformedException;

/// Any bytes are a map that says the same when it is written, or are refused.
class DerpMapFuzzTest {
  @FuzzTest
  void anyBytesAreAMapOrRefused(byte @NotNull @WithLength(max = 8192) [] bytes)
      throws MalformedException {
    DerpMap map;
    try {
      map = DerpMap.fromJson(bytes);
    } catch (MalformedException expected) {
      return;
    }
    assertThat(DerpMap.fromJson(map.toJson().getBytes(US_ASCII))).isEqualTo(map);
  }
}
