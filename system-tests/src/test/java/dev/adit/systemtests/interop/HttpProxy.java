package dev.adit.systemtests.interop;

import dev.adit.wire.Json;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/// `adit-interop proxy`: connects who has the password to one server, whatever name they ask for.
record HttpProxy(Program program, String url) implements AutoCloseable {
  static HttpProxy start(Stage stage, int targetPort, String user, String password)
      throws IOException {
    String secret = user + ":" + password;
    Program program =
        stage.start(
            "proxy",
            List.of(
                GoPrograms.path("adit-interop"),
                "proxy",
                "127.0.0.1:" + targetPort,
                Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8))));
    String line = program.awaitLine(Duration.ofSeconds(10), text -> text.contains("listening"));
    return new HttpProxy(program, "http://" + secret + "@" + read(line, "listening"));
  }

  /// What was asked for with the password, in order.
  List<String> targets() {
    return program.lines().stream()
        .filter(line -> line.contains("\"authorized\":true"))
        .map(line -> read(line, "target"))
        .toList();
  }

  private static String read(String line, String member) {
    try {
      return Json.parseReport(line).string(member);
    } catch (MalformedException e) {
      throw new AssertionError(line, e);
    }
  }

  @Override
  public void close() {
    program.close();
  }
}
