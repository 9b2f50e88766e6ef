package dev.adit.cli.launch;

import dev.adit.cli.Adit;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/// The run during which the Java machine notes which classes a class-data archive should hold.
///
/// Argument: `cli`, `agent` or `server`. Whatever fails here only makes the archive smaller.
final class Training {
  private static final String[][] COMMANDS = {{"--version"}, {"--help"}};

  private Training() {}

  public static void main(String[] arguments) {
    commands();
  }

  /// Runs commands that work on any machine, silently.
  private static void commands() {
    PrintStream out = System.out;
    PrintStream err = System.err;
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    System.setOut(nowhere);
    System.setErr(nowhere);
    try {
      for (String[] command : COMMANDS) {
        int _ = Adit.run(command);
      }
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }
}
