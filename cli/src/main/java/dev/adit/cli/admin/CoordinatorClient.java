package dev.adit.cli.admin;

import dev.adit.cli.local.LocalProgram;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Option;

/// The coordinator of this machine, reached by its local socket: a mixin that also has the option
/// where that is. The socket's file mode decides who may (control R-ADM-1).
final class CoordinatorClient {
  private static final String PREFIX = "/api/v1";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Option(
      names = "--run-dir",
      paramLabel = "FOLDER",
      defaultValue = "/run/adit",
      description = "Where the coordinator's socket is (default: ${DEFAULT-VALUE}).")
  Path runDir = Path.of("/run/adit");

  /// @param path below `/api/v1`
  String get(String path) {
    return request("GET", path, "");
  }

  String post(String path, String json) {
    return request("POST", path, json);
  }

  /// The answer; empty where there is nothing to say.
  String delete(String path) {
    return request("DELETE", path, "");
  }

  /// What a user typed, as one segment of a path.
  static String segment(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private String request(String method, String path, String json) {
    Path socket = runDir.resolve("coordinator.sock");
    return new LocalProgram("coordinator", socket, "start one: adit serve")
        .ask(method, PREFIX + path, json, PATIENCE);
  }
}
