package dev.adit.agent;

import dev.adit.core.helper.HelperAnswer;
import dev.adit.core.helper.HelperRequest;
import dev.adit.core.path.WireGuardReading;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// The interface of one network, which a [Helper] has: what has changed since it was last told is
/// told, and nothing else.
///
/// While the helper is away the interface is as it was, and what is asked for meanwhile is asked
/// for again when it is back.
final class HelperTunnel implements Tunnel {
  private final HelperLink link;
  private final String interfaceName;
  private final LongConsumer unsent;

  private final Map<PublicKey, Tunnel.Peer> told = new HashMap<>();
  private @Nullable Wanted last;
  private boolean opened;
  private int generation;
  private int wish;
  private int port;
  private volatile String wireGuard = "";

  /// @param unsent hears how many datagrams the helper has not sent
  /// @param returned runs, on another thread, when the helper has come back
  HelperTunnel(HelperLink link, String interfaceName, LongConsumer unsent, Runnable returned) {
    this.link = link;
    this.interfaceName = interfaceName;
    this.unsent = unsent;
    link.onReturn(returned);
  }

  @Override
  public void check() throws IOException {
    HelperAnswer _ = link.ask(new HelperRequest.Check());
  }

  @Override
  public int open(int wanted) throws IOException {
    wish = wanted;
    int now = link.generation();
    told.clear();
    last = null;
    if (!(link.ask(new HelperRequest.Open(wanted)) instanceof HelperAnswer.Opened is)) {
      throw new IOException("the helper is not understood");
    }
    generation = now;
    port = is.port();
    wireGuard = is.wireGuard();
    opened = true;
    return port;
  }

  @Override
  public void apply(Wanted wanted) throws IOException {
    try {
      tell(wanted);
    } catch (HelperLink.Away e) {
      // Told when it is back: see isGone.
    }
    last = wanted;
  }

  private void tell(Wanted wanted) throws IOException {
    List<HelperRequest.Peer> changed = new ArrayList<>();
    Set<PublicKey> keep = new HashSet<>();
    for (Tunnel.Peer peer : wanted.peers()) {
      keep.add(peer.key());
      if (!peer.equals(told.get(peer.key()))) {
        changed.add(new HelperRequest.Peer(peer.key(), peer.loopbackPort(), peer.addresses()));
      }
    }
    List<PublicKey> gone = new ArrayList<>(told.keySet());
    gone.removeAll(keep);
    for (int at = 0; at < Math.max(changed.size(), gone.size()); at += HelperRequest.MAX_PEERS) {
      HelperAnswer _ = link.ask(new HelperRequest.Peers(part(changed, at), part(gone, at)));
    }
    HelperAnswer _ =
        link.ask(new HelperRequest.Network(wanted.up(), wanted.addresses(), wanted.ranges()));
    HelperAnswer _ = link.ask(new HelperRequest.Apply());
    told.clear();
    for (Tunnel.Peer peer : wanted.peers()) {
      told.put(peer.key(), peer);
    }
  }

  private static <T> List<T> part(List<T> all, int at) {
    int begin = Math.min(at, all.size());
    return all.subList(begin, Math.min(all.size(), begin + HelperRequest.MAX_PEERS));
  }

  @Override
  public void forgetPeer(PublicKey key) {
    told.remove(key);
  }

  @Override
  public void moveEndpoint(PublicKey key, Endpoint endpoint) throws IOException {
    HelperAnswer _ = link.ask(new HelperRequest.MoveEndpoint(key, endpoint));
  }

  @Override
  public void pin(PublicKey key, @Nullable Endpoint source) throws IOException {
    HelperAnswer _ = link.ask(new HelperRequest.Pin(key, source));
  }

  @Override
  public boolean movesEndpoints() {
    return !wireGuard.startsWith("boringtun");
  }

  @Override
  public void routeMtu(PublicKey key, int mtu) throws IOException {
    HelperAnswer _ = link.ask(new HelperRequest.RouteMtu(key, mtu));
  }

  @Override
  public List<WireGuardReading> read() throws IOException {
    List<WireGuardReading> all = new ArrayList<>();
    HelperAnswer answer = link.ask(new HelperRequest.Read());
    while (answer instanceof HelperAnswer.Readings some) {
      for (HelperAnswer.Reading reading : some.peers()) {
        all.add(
            new WireGuardReading(
                reading.peer(),
                reading.endpoint(),
                reading.receivedBytes(),
                reading.sentBytes(),
                reading.dropped()));
      }
      unsent.accept(some.unsent() + some.refused());
      if (!some.more()) {
        return all;
      }
      answer = link.more();
    }
    throw new IOException("the helper is not understood");
  }

  /// Also takes the interface up again by a helper that has come back: it knows of nothing then.
  @Override
  public boolean isGone() {
    if (!opened || !link.isUp()) {
      return false;
    }
    if (!Files.exists(Path.of("/sys/class/net", interfaceName))) {
      return true;
    }
    return generation != link.generation() && !resumed();
  }

  private boolean resumed() {
    Wanted wanted = last;
    int before = port;
    try {
      if (open(wish) != before) {
        return false;
      }
      if (wanted != null) {
        apply(wanted);
      }
      return true;
    } catch (HelperLink.Away e) {
      return true; // gone again: asked when it comes back
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void greet(PublicKey key) throws IOException {
    HelperAnswer _ = link.ask(new HelperRequest.Greet(key));
  }

  @Override
  public String wireGuard() {
    return wireGuard;
  }

  @Override
  public void close() {
    if (opened) {
      try {
        HelperAnswer _ = link.ask(new HelperRequest.Remove());
      } catch (IOException e) {
        AgentLog.warn(
            HelperTunnel.class,
            "interface_left",
            "cannot remove the interface",
            "interface",
            interfaceName,
            "reason",
            e.getMessage());
      }
    }
    link.close();
  }
}
