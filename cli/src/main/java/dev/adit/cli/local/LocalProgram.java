package dev.adit.cli.local;

import dev.adit.cli.Failure;
import dev.adit.cli.output.WaitingLine;
import dev.adit.net.local.LocalClient;
import dev.adit.wire.Json;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;

/// A program of ours that runs on this machine and listens on a local socket. Immutable.
///
/// @param name as users know it: `coordinator`
/// @param socket where it listens
/// @param otherwise what to do if none runs
public record LocalProgram(String name, Path socket, String otherwise) {
  private static final int FIRST_ERROR = 400;

  /// Asks, and waits for the answer.
  ///
  /// @param json the body; empty for none
  /// @throws Failure if there is no answer, saying what to do about it
  public LocalClient.Answer request(String method, String target, String json, Duration patience) {
    try (var _ = WaitingLine.soon("waiting for the " + name)) {
      return LocalClient.request(
          socket, method, target, json.getBytes(StandardCharsets.UTF_8), patience);
    } catch (SocketTimeoutException e) {
      throw Failure.failed("the " + name + " does not answer (" + socket + "); its log says why");
    } catch (AccessDeniedException e) {
      throw notAllowed();
    } catch (IOException e) {
      throw String.valueOf(e.getMessage()).contains("ermission denied")
          ? notAllowed()
          : Failure.failed("no " + name + " runs here (" + socket + "); " + otherwise);
    }
  }

  /// As [#request]; a refusal ends the command with the program's own words.
  public String ask(String method, String target, String json, Duration patience) {
    var answer = request(method, target, json, patience);
    if (answer.status() >= FIRST_ERROR) {
      throw Failure.failed(refusal(answer.text()));
    }
    return answer.text();
  }

  private Failure notAllowed() {
    return Failure.failed("may not use " + socket + ": permission denied; run as root");
  }

  private String refusal(String body) {
    try {
      return Json.parseObject(body).object("error").string("text");
    } catch (MalformedException e) {
      return "the " + name + " refused: " + body.strip();
    }
  }
}
