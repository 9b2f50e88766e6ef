package dev.adit.agent;

import dev.adit.net.Clock;
import dev.adit.net.linux.ErrnoException;
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

/// The port by which this node is reached: WireGuard's, which the agent shares (native mode), or
/// one of the agent's own (the other modes). Chooses the mode at the start, and says why.
final class OutsidePort {
  private static final int TRIES = 20;

  private final AgentFiles files;
  private final RandomGenerator random;
  private final DataMode wish;
  private @Nullable SharedPort shared;
  private volatile DataMode mode;
  private volatile String remark;

  private OutsidePort(
      AgentFiles files,
      RandomGenerator random,
      DataMode wish,
      DataMode mode,
      @Nullable SharedPort shared,
      String remark) {
    this.files = files;
    this.random = random;
    this.wish = wish;
    this.mode = mode;
    this.shared = shared;
    this.remark = remark;
  }

  /// @throws IOException if native mode is wished for and cannot be
  static OutsidePort choose(AgentConfig config, AgentFiles files, RandomGenerator random)
      throws IOException {
    DataMode wish = config.mode();
    if (wish == DataMode.MUX || wish == DataMode.RELAY_ONLY) {
      return new OutsidePort(files, random, wish, wish, null, "");
    }
    try {
      SharedPort shared = SharedPort.open(freePort(config, files, random), 0);
      return new OutsidePort(files, random, wish, DataMode.NATIVE, shared, "");
    } catch (ErrnoException e) {
      String why =
          e.errno() == ErrnoException.EPERM || e.errno() == ErrnoException.EACCES
              ? "native mode needs CAP_NET_RAW; run as root, or grant it"
              : String.valueOf(e.getMessage());
      if (wish == DataMode.NATIVE) {
        throw new IOException(why, e);
      }
      return new OutsidePort(files, random, wish, DataMode.MUX, null, why);
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
    return shared == null ? 0 : shared.port();
  }

  UdpLoop open(Clock clock, PacketHandler handler, Consumer<Throwable> broken) throws IOException {
    if (shared != null) {
      return UdpLoop.over(shared, clock, handler, broken);
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
    SharedPort sharing = shared;
    if (sharing == null) {
      return false;
    }
    String why = "boringtun does not move a peer's endpoint";
    if (movesEndpoints) {
      if (sharing.port() != port) {
        sharing.changePort(port);
      }
      if (sharing.hears()) {
        return true;
      }
      why = "what arrives at WireGuard's port is not heard by the agent; is it filtered?";
    }
    if (wish == DataMode.NATIVE) {
      throw new IOException("native mode is impossible: " + why);
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
