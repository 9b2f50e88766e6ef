package dev.adit.agent;

import dev.adit.crypto.PrivateKey;
import dev.adit.net.Clock;
import dev.adit.net.linux.SystemChecks;
import dev.adit.net.local.LocalServer;
import java.util.List;

/// Who makes the interface: this process, a helper, or an administrator beforehand.
public final class Rights {
  private Rights() {}

  /// Everything that keeps an agent so configured from having its interface; empty if nothing does.
  public static List<String> problems(AgentConfig config) {
    boolean askedFor = config.mode() == DataMode.HELPER;
    if (!askedFor && mayConfigure()) {
      return SystemChecks.problems(config.wireGuardGo());
    }
    boolean found =
        LocalServer.isLive(config.helperSocket())
            || !askedFor && PreparedTunnel.isUsable(config.interfaceName());
    if (found) {
      return List.of();
    }
    return List.of(
        askedFor
            ? "helper mode needs a helper, and none listens on "
                + config.helperSocket()
                + "; an administrator can start one: adit helper --allow-user "
                + System.getProperty("user.name")
            : PreparedTunnel.missing(config.interfaceOptions(), config.helperSocket()));
  }

  /// The tunnel of a process without a helper: its own, or one that was prepared for it.
  static Tunnel tunnel(AgentConfig config, PrivateKey nodeKey, Clock clock, Runnable ended) {
    InterfaceOptions options = config.interfaceOptions();
    return mayConfigure()
        ? new LinuxTunnel(options, nodeKey, clock, ended)
        : new PreparedTunnel(options, nodeKey);
  }

  /// Whether this process may make and change interfaces.
  static boolean mayConfigure() {
    return SystemChecks.privilege() == null;
  }
}
