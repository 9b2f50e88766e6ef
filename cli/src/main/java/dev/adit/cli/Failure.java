package dev.adit.cli;

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

  public int status() {
    return status;
  }

  /// The message, never null.
  public String line() {
    return String.valueOf(getMessage());
  }
}
