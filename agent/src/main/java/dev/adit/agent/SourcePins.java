package dev.adit.agent;

import dev.adit.crypto.PublicKey;
import dev.adit.net.linux.SourceFilter;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The sources, one for each peer at most, whose direct data the kernel keeps from the WireGuard of
/// an interface (nat-traversal R-DP-6). Where the kernel cannot, the agent goes on without, and
/// says so once. Confined to the tunnel's thread.
final class SourcePins implements AutoCloseable {
  private final String interfaceName;
  private final Map<PublicKey, Endpoint> pinned = new HashMap<>();
  private Map<Endpoint, Long> dropped = Map.of();
  private @Nullable SourceFilter filter;
  private boolean hasFailed;

  SourcePins(String interfaceName) {
    this.interfaceName = interfaceName;
  }

  /// Forgets everything; also what an agent that was killed left in the kernel.
  ///
  /// @param port of WireGuard
  void open(int port) {
    close();
    filter = new SourceFilter(interfaceName, port);
    remove(filter);
  }

  /// As [dev.adit.core.path.PathOutput.PinSource].
  void pin(PublicKey peer, @Nullable Endpoint source) {
    SourceFilter at = filter;
    Endpoint before = source == null ? pinned.remove(peer) : pinned.put(peer, source);
    if (at == null) {
      return;
    }
    try {
      if (before != null && !before.equals(source) && !pinned.containsValue(before)) {
        at.pass(before);
      }
      if (source != null) {
        at.drop(source);
        if (!source.equals(before)) {
          AgentLog.info(
              SourcePins.class,
              "source_pinned",
              "a peer goes on sending directly although that path was left; its data is dropped");
        }
      }
    } catch (IOException e) {
      failed(e);
    }
  }

  private void failed(IOException reason) {
    if (!hasFailed) {
      hasFailed = true;
      AgentLog.warn(
          SourcePins.class,
          "pin_failed",
          "cannot have nftables drop the direct data of a peer; going on without",
          "reason",
          reason.getMessage());
    }
  }

  /// Asks the kernel, if there is anything to ask for.
  void read() {
    dropped = Map.of();
    if (filter != null && !pinned.isEmpty()) {
      try {
        dropped = filter.dropped();
      } catch (IOException e) {
        failed(e);
      }
    }
  }

  /// How many packets of the peer's pinned source were dropped, as of the last [#read].
  long dropped(PublicKey peer) {
    Endpoint source = pinned.get(peer);
    return source == null ? 0 : dropped.getOrDefault(source, 0L);
  }

  @Override
  public void close() {
    pinned.clear();
    if (filter != null) {
      remove(filter);
      filter.close();
      filter = null;
    }
  }

  private static void remove(SourceFilter from) {
    try {
      from.remove();
    } catch (IOException e) {
      // A kernel that cannot do it has none of ours; what a source was kept from ends in ten
      // seconds.
    }
  }
}
