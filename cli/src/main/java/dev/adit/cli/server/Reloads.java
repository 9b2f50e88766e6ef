package dev.adit.cli.server;

import dev.adit.net.log.LogLine;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a server reads anew on SIGHUP. What is bad stays as it was, and the log says why.
/// Thread-safe.
final class Reloads {
  private static final Logger LOG = LoggerFactory.getLogger(Reloads.class);

  /// Reads one thing anew.
  @FunctionalInterface
  interface Reading {
    /// @throws IOException saying what is bad; what was read before then counts on
    void again() throws IOException;
  }

  private record Named(String what, Reading reading) {}

  private final List<Named> all = new CopyOnWriteArrayList<>();

  /// @param what is read, for the log
  void add(String what, Reading reading) {
    all.add(new Named(what, reading));
  }

  /// Follows SIGHUP until the process ends.
  void follow() {
    Signals.on(Signals.HANG_UP, this::readAll);
  }

  private void readAll() {
    for (Named one : all) {
      read(one);
    }
    LogLine.info(LOG, "reloaded")
        .addKeyValue("files", all.size())
        .log("read anew what SIGHUP asks");
  }

  private static void read(Named one) {
    try {
      one.reading().again();
    } catch (IOException e) {
      LogLine.warn(LOG, "reload_failed")
          .addKeyValue("what", one.what())
          .addKeyValue("reason", e.getMessage())
          .log("a file that was to be read anew is bad; what it said before counts on");
    }
  }
}
