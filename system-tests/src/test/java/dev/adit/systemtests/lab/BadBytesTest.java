package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;

/// Malformed and oversized frames and messages, as `docs/errors.md` has them: the sender is
/// answered or dropped, and the next client is served as if nothing had been.
class BadBytesTest {
  @TempDir Path folder;

  @LabScenario("errors-frames")
  void aServerOutlivesWhatItDoesNotAllow() throws IOException {
    ErrorTable table = ErrorTable.read();
    int port = freePort();
    Path log = folder.resolve("log");
    Process server = serve(port, log);
    try {
      World.await(
          Duration.ofSeconds(30),
          () -> "adit serve listens: " + text(log),
          () -> text(log).contains("serving https"));
      for (BadBytes.Case one : BadBytes.ALL) {
        ErrorTable.Row row = table.row(one.situation());
        long before = Files.size(log);
        try (var peer = new BadPeer(port, one.protocol())) {
          assertThat(one.saying().say(peer)).as(row.situation()).isEqualTo(row.end());
        }
        if (!row.line().equals("none")) {
          Pattern line = Pattern.compile("(?m)^\\S+ DEBUG \\S+ \\S+: " + row.pattern() + "$");
          World.await(
              Duration.ofSeconds(5),
              () -> row.situation() + " is in the log: " + text(log).substring((int) before),
              () -> line.matcher(text(log).substring((int) before)).find());
        }
        try (var good = new BadPeer(port, "TLSv1.3")) {
          assertThat(good.http("GET /adit/identity HTTP/1.1", "Host: localhost"))
              .as("after " + row.situation())
              .isEqualTo("HTTP 200");
        }
      }
      assertThat(text(log)).doesNotContain(" ERROR ").doesNotContain(" WARN ");
    } finally {
      World.end(server);
    }
    assertThat(server.exitValue()).isZero();
  }

  private Process serve(int port, Path log) throws IOException {
    List<String> command =
        List.of(
            World.ADIT.toString(),
            "serve",
            "--url",
            "https://127.0.0.1:" + port,
            "--listen",
            "127.0.0.1:" + port,
            "--stun",
            "127.0.0.1:" + port,
            "--state-dir",
            folder.resolve("state").toString(),
            "--run-dir",
            folder.resolve("run").toString());
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("ADIT_BUILD", "never");
    builder.environment().put("ADIT_LOG_LEVEL", "debug");
    return builder.redirectOutput(log.toFile()).start();
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static String text(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return "";
    }
  }
}
