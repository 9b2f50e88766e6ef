package dev.adit.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;

/// Ends a command with one line on standard error, `adit: ` and the message, and an exit code.
///
/// The message says what is wrong and what to do about it; no stack trace is kept, because nobody
/// would see it. Unchecked, because every command may fail and one place catches it.
public final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// Done.
  public static final int DONE = 0;

  /// The command was right, but could not be carried out.
  public static final int FAILED = 1;

  /// The command line, or a value in it, is wrong.
  public static final int USAGE = 2;

  private final int status;

  private Failure(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  /// The command could not be carried out: exit code 1.
  public static Failure failed(String message) {
    return new Failure(FAILED, message);
  }

  /// Something in the command line is wrong: exit code 2.
  public static Failure usage(String message) {
    return new Failure(USAGE, message);
  }

  /// What the computer did not let us do: exit code 1. A file or folder that cannot be used is
  /// named, everything else has its own words.
  public static Failure of(IOException failure) {
    if (!(failure instanceof FileSystemException cause)) {
      return failed(String.valueOf(failure.getMessage()));
    }
    if (cause instanceof AccessDeniedException) {
      return failed(
          "cannot write "
              + cause.getFile()
              + ": permission denied; run as root or choose another --state-dir and --run-dir");
    }
    String reason = cause.getReason();
    return failed(
        "cannot write "
            + cause.getFile()
            + ": "
            + (reason == null ? "it is no folder" : reason)
            + "; choose another --state-dir or --run-dir");
  }

  public int status() {
    return status;
  }

  /// The message, never null.
  public String line() {
    return String.valueOf(getMessage());
  }
}
