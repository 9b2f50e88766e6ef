package dev.adit.agent;

import dev.adit.crypto.PrivateKey;
import dev.adit.net.Clock;
import dev.adit.net.linux.ErrnoException;
import dev.adit.net.linux.PortSharer;
import dev.adit.net.linux.SharedPort;
import dev.adit.net.udp.PacketHandler;
import dev.adit.net.udp.UdpLoop;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The port by which this node is reached: WireGuard's, which the agent shares (native mode, helper
/// mode), or one of the agent's own (the other modes). Chooses the mode at the start, and says why.
final class OutsidePort {
  private static final int TRIES = 20;

  /// Each takes 100 ms if nothing is heard; a machine as busy as at its start may miss one.
  private static final int SELF_TESTS = 4;

  private final AgentFiles files;
  private final RandomGenerator random;
  private final DataMode wish;
  private final @Nullable HelperLink helper;
  private volatile @Nullable PortSharer shared; // changed on the loop's thread
  private volatile DataMode mode;
  private volatile String remark;

  private OutsidePort(
      AgentFiles files,
      RandomGenerator random,
      DataMode wish,
      DataMode mode,
      @Nullable PortSharer shared,
      @Nullable HelperLink helper,
      String remark) {
    this.files = files;
    this.random = random;
    this.wish = wish;
    this.mode = mode;
    this.shared = shared;
    this.helper = helper;
    this.remark = remark;
  }

  /// Raw sockets of our own, else a helper's, else a port of our own (nat-traversal §5.6).
  ///
  /// @throws IOException if the mode that is wished for cannot be
  static OutsidePort choose(
      AgentConfig config, PrivateKey nodeKey, AgentFiles files, RandomGenerator random, Clock clock)
      throws IOException {
    DataMode wish = config.mode();
    String why = "";
    if (wish == DataMode.NATIVE || wish == DataMode.AUTO) {
      try {
        SharedPort shared = SharedPort.open(freePort(config, files, random), 0);
        return new OutsidePort(files, random, wish, DataMode.NATIVE, shared, null, "");
      } catch (ErrnoException e) {
        why = refused(e);
        if (wish == DataMode.NATIVE) {
          throw new IOException(why, e);
        }
      }
    }
    HelperLink helper = null;
    if (wish == DataMode.AUTO || wish == DataMode.HELPER || !Rights.mayConfigure()) {
      try {
        helper = HelperLink.connect(config.helperSocket(), config.interfaceName(), nodeKey);
      } catch (IOException e) {
        if (wish == DataMode.HELPER) {
          throw e;
        }
        why += why.isEmpty() ? "" : "; helper mode: " + e.getMessage();
      }
    }
    if (helper != null && (wish == DataMode.AUTO || wish == DataMode.HELPER)) {
      HelperPort shared = new HelperPort(helper, freePort(config, files, random), clock);
      return new OutsidePort(files, random, wish, DataMode.HELPER, shared, helper, why);
    }
    DataMode mode = wish == DataMode.AUTO ? DataMode.MUX : wish;
    return new OutsidePort(files, random, wish, mode, null, helper, why);
  }

  private static String refused(ErrnoException e) {
    return e.errno() == ErrnoException.EPERM || e.errno() == ErrnoException.EACCES
        ? "native mode needs CAP_NET_RAW; run as root, or grant it"
        : String.valueOf(e.getMessage());
  }

  /// What makes the interface: the helper if there is one.
  Tunnel.Maker tunnels(Tunnel.Maker own) {
    HelperLink link = helper;
    if (link == null) {
      return own;
    }
    return (config, _, _, ended) ->
        new HelperTunnel(link, config.interfaceName(), this::helperUnsent, ended);
  }

  private void helperUnsent(long datagrams) {
    if (shared instanceof HelperPort port) {
      port.helperUnsent(datagrams);
    }
  }

  /// The agent ends before anything was opened.
  void abandon() {
    if (shared instanceof SharedPort unused) {
      unused.close();
    }
    if (helper != null) {
      helper.close();
    }
  }

  /// The port of this installation; another one if some program has it. An interface that is there
  /// already has it rightly.
  private static int freePort(AgentConfig config, AgentFiles files, RandomGenerator random)
      throws IOException {
    int port = files.port(random, false);
    if (Files.exists(Path.of("/sys/class/net", config.interfaceName()))) {
      return port;
    }
    for (int tries = 0; !SharedPort.isFree(port) && tries < TRIES; tries++) {
      port = files.port(random, true);
    }
    return port;
  }

  /// What WireGuard is to bind; 0 for any.
  int wireGuardPort() {
    PortSharer sharing = shared;
    return sharing == null ? 0 : sharing.port();
  }

  UdpLoop open(Clock clock, PacketHandler handler, Consumer<Throwable> broken) throws IOException {
    PortSharer sharing = shared;
    if (sharing != null) {
      return UdpLoop.over(sharing, clock, handler, broken);
    }
    return withOwnPort(port -> UdpLoop.open(clock, port, handler, broken), false);
  }

  private interface Opener<T> {
    T open(int port) throws IOException;
  }

  private <T> T withOwnPort(Opener<T> opener, boolean another) throws IOException {
    int port = files.port(random, another);
    for (int tries = 0; ; tries++) {
      try {
        return opener.open(port);
      } catch (BindException e) {
        if (tries >= TRIES) {
          throw e;
        }
        port = files.port(random, true);
      }
    }
  }

  /// WireGuard has bound this port. On the loop's thread.
  ///
  /// @param movesEndpoints as [Tunnel#movesEndpoints]
  /// @return true if the port is shared with it
  /// @throws IOException if native mode is wished for and cannot be
  boolean verifyShared(int port, boolean movesEndpoints, UdpLoop loop) throws IOException {
    PortSharer sharing = shared;
    if (sharing == null) {
      return false;
    }
    String why = "boringtun does not move a peer's endpoint";
    if (movesEndpoints) {
      if (sharing.port() != port) {
        sharing.changePort(port);
      }
      for (int tries = 0; tries < SELF_TESTS; tries++) {
        if (sharing.hears()) {
          return true;
        }
      }
      why = "what arrives at WireGuard's port is not heard by the agent; is it filtered?";
    }
    if (wish.sharesPort()) {
      throw new IOException(wish.text() + " mode is impossible: " + why);
    }
    shared = null;
    mode = DataMode.MUX;
    remark = why;
    withOwnPort(
        own -> {
          loop.leaveShared(own);
          return own;
        },
        true);
    return false;
  }

  /// Never AUTO. Any thread.
  DataMode mode() {
    return mode;
  }

  /// Why it is not native although that was allowed; else empty. Any thread.
  String remark() {
    return remark;
  }
}
