package dev.adit.cli.relay;

import dev.adit.cli.local.LocalProgram;
import dev.adit.net.local.LocalServer;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Option;

/// The relay of this machine, reached by its local socket: a mixin that also has the option where
/// that is. One that runs inside `adit serve` is reached by that program's socket.
final class RelaySocket {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Option(
      names = "--run-dir",
      paramLabel = "FOLDER",
      defaultValue = "/run/adit",
      description = "Where the relay's socket is (default: ${DEFAULT-VALUE}).")
  Path runDir = Path.of("/run/adit");

  String get(String target) {
    return program().ask("GET", target, "", PATIENCE);
  }

  String post(String target, String json) {
    return program().ask("POST", target, json, PATIENCE);
  }

  private LocalProgram program() {
    Path own = runDir.resolve("relay.sock");
    Path shared = runDir.resolve("coordinator.sock");
    Path socket = !LocalServer.isLive(own) && LocalServer.isLive(shared) ? shared : own;
    return new LocalProgram("relay", socket, "start one: adit relay, or adit serve");
  }
}
