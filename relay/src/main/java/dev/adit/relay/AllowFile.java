package dev.adit.relay;

import dev.adit.core.admission.AllowList;
import dev.adit.crypto.PublicKey;
import dev.adit.net.log.LogLine;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps an [AllowList] as a file says, with keys from the command line added. Looks each second
/// whether the file has changed; a file that is gone or bad keeps the old list.
public final class AllowFile implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AllowFile.class);

  private final Path file;
  private final Set<PublicKey> always;
  private final AllowList list;
  private final FollowedFile followed;

  private AllowFile(Path file, Set<PublicKey> always) throws IOException {
    this.file = file;
    this.always = Set.copyOf(always);
    this.followed = new FollowedFile(file, "allow-file", this::replace, AllowFile::refused);
    this.list = new AllowList(keys(FollowedFile.read(file)));
  }

  /// Reads `file` now, and follows it until closed.
  ///
  /// @param always keys that are allowed whatever the file says
  /// @throws IOException naming the file, and the line that is bad
  public static AllowFile open(Path file, Set<PublicKey> always) throws IOException {
    var opened = new AllowFile(file, always);
    opened.followed.start();
    return opened;
  }

  public AllowList list() {
    return list;
  }

  private Set<PublicKey> keys(String text) throws IOException {
    try {
      var keys = new HashSet<>(AllowList.parse(text));
      keys.addAll(always);
      return keys;
    } catch (MalformedException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  /// Replaces the list if the file has changed and is good.
  void look() {
    followed.look();
  }

  private void replace(String text) throws IOException {
    list.replace(keys(text));
    LogLine.info(LOG, "allow_list_changed")
        .addKeyValue("file", file)
        .addKeyValue("keys", list.size())
        .log("the allow list has changed");
  }

  private static void refused(IOException reason) {
    LogLine.warn(LOG, "allow_list_bad")
        .addKeyValue("reason", reason.getMessage())
        .log("the allow list stays as it was");
  }

  @Override
  public void close() {
    followed.close();
  }
}
