package dev.adit.net.linux;

import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Keeps WireGuard's messages from given sources away from a WireGuard port of this machine, and
/// lets everything else from there pass (nat-traversal R-DP-6). A table of nftables, one for each
/// interface, which is made when it is first needed. Needs CAP_NET_ADMIN. Confined to one thread.
///
/// The kernel forgets a source by itself after ten seconds, also if this program does not live that
/// long.
public final class SourceFilter implements AutoCloseable {
  /// How long a source is kept, in milliseconds.
  public static final long KEPT_MILLIS = 10_000;

  private static final String PREFIX = "adit_pin_";

  private final String table;
  private final int port;
  private @Nullable NetlinkSocket socket;
  private boolean isInstalled;

  /// Touches nothing yet.
  ///
  /// @param port of WireGuard
  public SourceFilter(String interfaceName, int port) {
    this.table = PREFIX + interfaceName;
    this.port = port;
  }

  /// Drops what comes from there, for ten seconds from now; counts anew.
  ///
  /// @throws IOException if the kernel has no nftables, or does not let us
  public void drop(Endpoint source) throws IOException {
    var add = NetfilterMessages.addElement(table, source, KEPT_MILLIS);
    if (isInstalled) {
      // An element's time cannot be set anew by every kernel; one that has expired is not there.
      if (tryIt(List.of(NetfilterMessages.deleteElement(table, source), add))
          || tryIt(List.of(add))) {
        return;
      }
    }
    execute(NetfilterMessages.install(table, port));
    isInstalled = true;
    execute(List.of(add));
  }

  /// Lets it pass again.
  public void pass(Endpoint source) throws IOException {
    if (isInstalled) {
      tryIt(List.of(NetfilterMessages.deleteElement(table, source)));
    }
  }

  /// How many packets each source has lost since it was last given to [#drop].
  public Map<Endpoint, Long> dropped() throws IOException {
    Map<Endpoint, Long> dropped = new HashMap<>();
    if (!isInstalled) {
      return dropped;
    }
    try {
      for (String set : List.of(NetfilterMessages.SET_V4, NetfilterMessages.SET_V6)) {
        for (NetlinkMessage message :
            socket().query("cannot read nftables", NetfilterMessages.elements(table, set))) {
          NetfilterMessages.readElements(message, dropped::put);
        }
      }
    } catch (ErrnoException e) {
      if (!e.isGone()) {
        throw e;
      }
      dropped.clear(); // a firewall was loaded anew, and ours went with the old one
    }
    return dropped;
  }

  /// Removes the table, also that of a program before this one.
  ///
  /// @throws IOException if the kernel has no nftables, or does not let us
  public void remove() throws IOException {
    isInstalled = false;
    tryIt(List.of(NetfilterMessages.deleteTable(table)));
  }

  /// @return false if something that it names is not there
  private boolean tryIt(List<NetfilterMessages.Part> parts) throws IOException {
    try {
      execute(parts);
      return true;
    } catch (ErrnoException e) {
      if (e.isGone()) {
        return false;
      }
      throw e;
    }
  }

  private void execute(List<NetfilterMessages.Part> parts) throws IOException {
    NetlinkSocket to = socket();
    to.execute("cannot change nftables", NetfilterMessages.batch(to.nextSequence(), parts));
  }

  private NetlinkSocket socket() throws IOException {
    if (socket == null) {
      socket = new NetlinkSocket(NetlinkSocket.NETFILTER, 0);
    }
    return socket;
  }

  /// Lets go of the kernel; what was dropped is dropped until its time is over. See [#remove].
  @Override
  public void close() {
    if (socket != null) {
      socket.close();
      socket = null;
    }
  }
}
