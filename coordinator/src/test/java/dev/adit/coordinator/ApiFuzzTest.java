package dev.adit.coordinator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import dev.adit.wire.Json;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;

/// Any request to the API has an answer in JSON, and none without a good token has another than
/// 401.
class ApiFuzzTest {
  private static final Set<Integer> EXPECTED = Set.of(200, 201, 204, 400, 404, 405, 409);
  private static final int MOST_KEYS = 100;

  @TempDir static Path folder;
  private static @Nullable TestCoordinator site;
  private static int starts;
  private static int keys;

  /// Three lines: method, path, body.
  @FuzzTest
  void anyRequestOfTheOperator(byte @NotNull @WithLength(max = 1024) [] bytes) throws Exception {
    String[] lines = new String(bytes, UTF_8).split("\n", 3);
    if (lines.length < 3) {
      return;
    }
    var answer = site().call(lines[0], lines[1], lines[2]);
    assertThat(EXPECTED).contains(answer.status());
    if (answer.status() != 204) {
      Json.parse(new String(answer.body(), UTF_8));
    }
    keys += answer.status() == 201 ? 1 : 0;
  }

  /// Three lines: method, path, the header `Authorization`.
  @FuzzTest
  void anyRequestOfAStranger(byte @NotNull @WithLength(max = 512) [] bytes) throws Exception {
    String[] lines = new String(bytes, UTF_8).split("\n", 3);
    if (lines.length == 3) {
      assertThat(site().callRemotely(lines[0], lines[1], lines[2]).status()).isEqualTo(401);
    }
  }

  /// Begins anew before the list of keys gets long.
  private static TestCoordinator site() throws Exception {
    TestCoordinator now = site;
    if (now == null || keys >= MOST_KEYS) {
      close();
      now = new TestCoordinator(folder.resolve("state" + ++starts));
      site = now;
      keys = 0;
    }
    return now;
  }

  @AfterAll
  static void close() throws Exception {
    if (site != null) {
      site.close();
      site = null;
    }
  }
}
