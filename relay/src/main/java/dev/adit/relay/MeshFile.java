package dev.adit.relay;

import dev.adit.net.log.LogLine;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps [MeshPeers] as a file says, with those of the command line added. Looks each second
/// whether the file has changed; a file that is gone or bad keeps the old list.
public final class MeshFile implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MeshFile.class);

  private final Path file;
  private final Set<MeshPeer> always;
  private final MeshPeers peers;
  private final FollowedFile followed;

  private MeshFile(Path file, Set<MeshPeer> always, MeshPeers peers) throws IOException {
    this.file = file;
    this.always = Set.copyOf(always);
    this.peers = peers;
    this.followed = new FollowedFile(file, "mesh-file", this::changed, MeshFile::refused);
  }

  /// Links to whom `file` names now, and follows it until closed.
  ///
  /// @param always linked to whatever the file says
  /// @throws IOException naming the file and the entry that is bad
  public static MeshFile open(Path file, Set<MeshPeer> always, MeshPeers peers) throws IOException {
    var opened = new MeshFile(file, always, peers);
    opened.take(FollowedFile.read(file));
    opened.followed.start();
    return opened;
  }

  private int take(String text) throws IOException {
    try {
      Set<MeshPeer> all = new LinkedHashSet<>(always);
      all.addAll(MeshPeer.parseList(text));
      peers.replace(all);
      return all.size();
    } catch (MalformedException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private void changed(String text) throws IOException {
    int peersNow = take(text);
    LogLine.info(LOG, "mesh_list_changed")
        .addKeyValue("file", file)
        .addKeyValue("peers", peersNow)
        .log("the list of the region's relays has changed");
  }

  private static void refused(IOException reason) {
    LogLine.warn(LOG, "mesh_list_bad")
        .addKeyValue("reason", reason.getMessage())
        .log("the list of the region's relays stays as it was");
  }

  /// Looks now.
  void look() {
    followed.look();
  }

  @Override
  public void close() {
    followed.close();
  }
}
