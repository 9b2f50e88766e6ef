package dev.adit.relay;

import dev.adit.core.admission.AllowList;
import dev.adit.crypto.PublicKey;
import dev.adit.net.log.LogLine;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps an [AllowList] as a file says, with keys from the command line added. Looks each second
/// whether the file has changed; a file that is gone or bad keeps the old list.
public final class AllowFile implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AllowFile.class);
  private static final long LOOK_MILLIS = 1000;
  private static final long LARGEST_FILE = 16L * 1024 * 1024;

  private final Path file;
  private final Set<PublicKey> always;
  private final AllowList list;
  private final Thread thread;

  // Guarded by this.
  private Version version;

  /// What shows that a file has changed.
  private record Version(FileTime modified, long size) {
    static Version of(Path file) throws IOException {
      return new Version(Files.getLastModifiedTime(file), Files.size(file));
    }
  }

  private AllowFile(Path file, Set<PublicKey> always) throws IOException {
    this.file = file;
    this.always = Set.copyOf(always);
    this.version = Version.of(file);
    this.list = new AllowList(read());
    this.thread = Thread.ofVirtual().name("allow-file").unstarted(this::follow);
  }

  /// Reads `file` now, and follows it until closed.
  ///
  /// @param always keys that are allowed whatever the file says
  /// @throws IOException naming the file, and the line that is bad
  public static AllowFile open(Path file, Set<PublicKey> always) throws IOException {
    var opened = new AllowFile(file, always);
    opened.thread.start();
    return opened;
  }

  public AllowList list() {
    return list;
  }

  private Set<PublicKey> read() throws IOException {
    if (Files.size(file) > LARGEST_FILE) {
      throw new IOException(file + ": larger than " + LARGEST_FILE + " bytes");
    }
    try {
      var keys = new HashSet<>(AllowList.parse(Files.readString(file, StandardCharsets.UTF_8)));
      keys.addAll(always);
      return keys;
    } catch (MalformedException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
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

  /// Replaces the list if the file has changed and is good.
  synchronized void look() {
    try {
      var now = Version.of(file);
      if (!now.equals(version)) {
        version = now; // a bad file is complained of once
        list.replace(read());
        LogLine.info(LOG, "allow_list_changed")
            .addKeyValue("file", file)
            .addKeyValue("keys", list.size())
            .log("the allow list has changed");
      }
    } catch (IOException e) {
      LogLine.warn(LOG, "allow_list_bad")
          .addKeyValue("reason", e.getMessage())
          .log("the allow list stays as it was");
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
