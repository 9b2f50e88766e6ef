package dev.adit.cli.output;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Says on standard error what a person waits for: one line that changes in place and goes when it
/// is over. Programs that read standard error get nothing of it. Thread-safe.
public final class WaitingLine implements AutoCloseable {
  private static final long SOON = TimeUnit.SECONDS.toNanos(1);
  private static final String ERASE = "\r\u001b[K"; // to the left, and all of the line

  private final PrintWriter err;
  private final boolean terminal;
  private boolean shown;
  private boolean closed;

  public WaitingLine(PrintWriter err) {
    this(err, Terminal.isStandardError());
  }

  WaitingLine(PrintWriter err, boolean terminal) {
    this.err = err;
    this.terminal = terminal;
  }

  /// Says it after a second, unless it is closed before.
  public static WaitingLine soon(String what) {
    var line = new WaitingLine(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    if (line.terminal) {
      Thread.ofVirtual()
          .name("waiting-line")
          .start(() -> {
            LockSupport.parkNanos(SOON);
            line.show(what);
          });
    }
    return line;
  }

  /// Now this is waited for.
  public synchronized void show(String what) {
    if (terminal && !closed) {
      err.print(ERASE + "adit: " + what + " …");
      err.flush();
      shown = true;
    }
  }

  /// Says something that stays.
  public synchronized void note(String text) {
    erase();
    err.println("adit: " + text);
    err.flush();
  }

  private void erase() {
    if (shown) {
      err.print(ERASE);
      err.flush();
      shown = false;
    }
  }

  /// It is over: the line goes.
  @Override
  public synchronized void close() {
    closed = true;
    erase();
  }
}
