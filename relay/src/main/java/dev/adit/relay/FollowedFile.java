package dev.adit.relay;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.function.Consumer;

/// Looks each second whether a text file has changed, and gives its new text to whom it concerns.
final class FollowedFile implements AutoCloseable {
  private static final long LOOK_MILLIS = 1000;
  private static final long LARGEST_FILE = 16L * 1024 * 1024;

  private final Path file;
  private final Taker taker;
  private final Consumer<IOException> refused;
  private final Thread thread;

  // Guarded by this.
  private Version version;

  /// Takes the text of the file.
  interface Taker {
    /// @throws IOException if it is bad; what was taken before then stays
    void take(String text) throws IOException;
  }

  /// What shows that a file has changed.
  private record Version(FileTime modified, long size) {
    static Version of(Path file) throws IOException {
      return new Version(Files.getLastModifiedTime(file), Files.size(file));
    }
  }

  /// Gives the text as it is now to nobody: see [#read].
  ///
  /// @param taker called by [#look] and by the thread that follows
  /// @param refused hears why a changed file was not taken; once for each change
  FollowedFile(Path file, String thread, Taker taker, Consumer<IOException> refused)
      throws IOException {
    this.file = file;
    this.taker = taker;
    this.refused = refused;
    this.version = Version.of(file);
    this.thread = Thread.ofVirtual().name(thread).unstarted(this::follow);
  }

  /// Follows it from now on, until closed.
  void start() {
    thread.start();
  }

  /// The text as it is now.
  static String read(Path file) throws IOException {
    if (Files.size(file) > LARGEST_FILE) {
      throw new IOException(file + ": larger than " + LARGEST_FILE + " bytes");
    }
    return Files.readString(file, StandardCharsets.UTF_8);
  }

  private void follow() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        Thread.sleep(LOOK_MILLIS);
        look();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  synchronized void look() {
    try {
      var now = Version.of(file);
      if (!now.equals(version)) {
        version = now; // a bad file is complained of once
        taker.take(read(file));
      }
    } catch (IOException e) {
      refused.accept(e);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
