package dev.adit.net.local;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpRequest.LocalUser;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.metrics.Counts;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Whatever comes to a local socket is a request for `adit.local` within its limits, or is refused;
/// whatever a local program answers is an answer or an [IOException].
class LocalHttpFuzzTest {
  private static final LocalLimits LIMITS = new LocalLimits(100, 1, Duration.ofMinutes(10));
  private static final LocalUser USER = new LocalUser("somebody", false);

  @FuzzTest
  void anyRequests(byte @NotNull @WithLength(max = 4096) [] bytes) {
    var out = new ByteArrayOutputStream();
    List<HttpRequest> handled = new ArrayList<>();
    var connection =
        new LocalConnection(
            new ByteArrayInputStream(bytes),
            out,
            () -> {},
            Guard.UNIX,
            null,
            USER,
            request -> {
              handled.add(request);
              return HttpResponse.empty(204);
            },
            LIMITS);
    try {
      connection.serve(true, new Counts<>(LocalRefusal.class));
    } catch (IOException expected) {
      assertThat(expected.getMessage()).isNotEmpty();
    }
    for (var request : handled) {
      assertThat(request.header("host")).isEqualToIgnoringCase("adit.local");
      assertThat(request.header("origin")).isNull();
      assertThat(request.path()).startsWith("/");
      assertThat(request.path().chars()).noneMatch(Character::isISOControl);
      assertThat(request.body()).hasSizeLessThanOrEqualTo(LIMITS.maxBody());
    }
    // Every request has one answer, and the last may be a refusal.
    int answers = out.toString(ISO_8859_1).split("HTTP/1\\.1 [0-9]", -1).length - 1;
    assertThat(answers).isBetween(handled.size(), handled.size() + 1);
  }

  @FuzzTest
  void anyAnswer(byte @NotNull @WithLength(max = 4096) [] bytes) {
    try {
      var answer = LocalClient.readAnswer(new ByteArrayInputStream(bytes));
      assertThat(answer.body()).hasSizeLessThanOrEqualTo(bytes.length);
      assertThat(answer.status()).isBetween(0, 999);
    } catch (IOException expected) {
      assertThat(expected.getMessage()).isNotEmpty();
    }
  }
}
