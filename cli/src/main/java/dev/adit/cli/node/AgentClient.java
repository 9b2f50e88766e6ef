package dev.adit.cli.node;

import dev.adit.cli.Failure;
import dev.adit.cli.output.WaitingLine;
import dev.adit.net.local.LocalClient;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;

/// Talks to the running agent over its local socket.
final class AgentClient {
  private final Path socket;

  AgentClient(Path runFolder) {
    this.socket = runFolder.resolve("agent.sock");
  }

  Path socket() {
    return socket;
  }

  /// The answer's JSON text.
  ///
  /// @throws Failure if no agent runs, or it refuses: with its own words
  String request(String method, String target, String body, Duration timeout) {
    LocalClient.Answer answer;
    try (var _ = WaitingLine.soon("waiting for the agent")) {
      answer =
          LocalClient.request(
              socket, method, target, body.getBytes(StandardCharsets.UTF_8), timeout);
    } catch (SocketTimeoutException e) {
      throw Failure.failed(
          "the agent did not answer within " + timeout.toSeconds() + " s; its log says why");
    } catch (AccessDeniedException e) {
      throw Failure.failed("may not use " + socket + ": permission denied; run as root");
    } catch (IOException e) {
      throw Failure.failed("no agent runs here (" + socket + "); start it: adit up KEY");
    }
    String text = new String(answer.body(), StandardCharsets.UTF_8);
    if (answer.status() != 200) {
      throw Failure.failed(errorText(text));
    }
    return text;
  }

  JsonObject requestObject(String method, String target, String body, Duration timeout) {
    try {
      return Json.parseReport(request(method, target, body, timeout));
    } catch (MalformedException e) {
      throw Failure.failed("the agent's answer is not understood: " + e.getMessage());
    }
  }

  private static String errorText(String body) {
    try {
      return Json.parseObject(body).object("error").string("text");
    } catch (MalformedException e) {
      return body.strip();
    }
  }
}
