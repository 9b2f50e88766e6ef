package dev.adit.cli.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// What a finished command left.
///
/// @param output standard output and standard error as they came
public record Outcome(int status, String output) {
  private static final int PATIENCE_SECONDS = 120;

  /// Runs a command to its end; its standard input is empty.
  ///
  /// @throws IOException if it cannot be started, or is still running after two minutes
  public static Outcome of(List<String> command) throws IOException {
    return of(new ProcessBuilder(command));
  }

  static Outcome of(ProcessBuilder builder) throws IOException {
    String program = builder.command().getFirst();
    Process process = builder.redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(program + " did not end within " + PATIENCE_SECONDS + " s");
      }
      return new Outcome(process.exitValue(), output);
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for " + program, e);
    }
  }

  /// The output of a command that must succeed.
  public static String mustSucceed(List<String> command) throws IOException {
    Outcome outcome = of(command);
    if (outcome.status != 0) {
      throw new IOException(
          String.join(" ", command) + ": status " + outcome.status + ": " + outcome.output.strip());
    }
    return outcome.output;
  }
}
