package dev.adit.cli.admin;

import dev.adit.cli.Failure;
import dev.adit.cli.output.WaitingLine;
import dev.adit.net.local.LocalClient;
import dev.adit.wire.Json;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/// The coordinator of this machine, reached by its local socket: a mixin that also has the option
/// where that is. The socket's file mode decides who may (control R-ADM-1).
final class CoordinatorClient {
  private static final String PREFIX = "/api/v1";
  private static final int FIRST_ERROR = 400;

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
    LocalClient.Answer answer;
    try (var _ = WaitingLine.soon("waiting for the coordinator")) {
      answer =
          LocalClient.request(socket, method, PREFIX + path, json.getBytes(StandardCharsets.UTF_8));
    } catch (SocketTimeoutException e) {
      throw Failure.failed("the coordinator does not answer (" + socket + "); its log says why");
    } catch (AccessDeniedException e) {
      throw Failure.failed("may not use " + socket + ": permission denied; run as root");
    } catch (IOException e) {
      throw Failure.failed(
          String.valueOf(e.getMessage()).contains("ermission denied")
              ? "may not use " + socket + ": permission denied; run as root"
              : "no coordinator runs here (" + socket + "); start one: adit serve");
    }
    String text = answer.text();
    if (answer.status() >= FIRST_ERROR) {
      throw Failure.failed(refusal(text));
    }
    return text;
  }

  private static String refusal(String body) {
    try {
      return Json.parseObject(body).object("error").string("text");
    } catch (MalformedException e) {
      return "the coordinator refused: " + body.strip();
    }
  }
}
