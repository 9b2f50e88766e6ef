package dev.adit.net.tls;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import dev.adit.net.http.HttpHead;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/// Any bytes of a server or proxy are an HTTP answer within its limits, or an [IOException].
class HttpExchangeFuzzTest {
  private static final int LIMIT = 200;

  @FuzzTest
  void anyBytesAreAnAnswerOrRefused(byte @NotNull @WithLength(max = 4096) [] bytes) {
    var in = new ByteArrayInputStream(bytes);
    try {
      var answer = HttpExchange.read(in, LIMIT);
      assertThat(answer.body()).hasSizeLessThanOrEqualTo(LIMIT);
      assertThat(answer.status()).isBetween(0, 999);
      assertThat(answer.text()).isNotNull();
      if (answer.keptAlive()) {
        // What follows is the next answer's; none of it was read.
        int read = bytes.length - in.available();
        var again = HttpExchange.read(new ByteArrayInputStream(bytes, 0, read), LIMIT);
        assertThat(again.body()).isEqualTo(answer.body());
      }
    } catch (IOException expected) {
      assertThat(expected.getMessage()).startsWith("HTTP: ");
    }
  }

  @FuzzTest
  void anyBytesAreAHeadOrRefused(byte @NotNull @WithLength(max = 4096) [] bytes) {
    var in = new ByteArrayInputStream(bytes);
    try {
      var head = HttpHead.read(in);
      if (head == null) {
        assertThat(bytes).isEmpty();
        return;
      }
      assertThat(head.startLine()).doesNotContain("\n");
      head.headers()
          .forEach((name, value) -> {
            assertThat(name).isNotEmpty().doesNotContain("\n").doesNotContain(":");
            assertThat(value).doesNotContain("\n");
          });
      head.keepsAlive();
      assertThat(head.contentLength(LIMIT)).isBetween(0, LIMIT);
      assertThat(head.status()).isBetween(0, 999);
    } catch (IOException expected) {
      assertThat(expected.getMessage()).startsWith("HTTP: ");
    }
  }
}
