package dev.adit.cli.server;

import dev.adit.crypto.PrivateKey;
import dev.adit.relay.ServerKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What `adit relay` and `adit relay describe` are told, and `adit serve` is not (a picocli mixin).
final class RelayOptions {
  private static final String DEVELOPMENT_PORT = "[::]:3340";

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description =
          "The relay's key: WireGuard's base64, or derper's configuration file; made if there is"
              + " none (default: derp.key in --state-dir).")
  @Nullable Path keyFile;

  @Option(names = "--no-stun", description = "Do not answer STUN.")
  boolean noStun;

  @Option(
      names = "--dev",
      description = {
        "For development: plain HTTP on [::]:3340 unless --listen says otherwise, a key that is"
            + " forgotten at the end, no state folder.",
        "What clients send can then be read by whoever is on the way."
      })
  boolean development;

  /// Without TLS, and leaving nothing behind.
  boolean isDevelopment() {
    return development;
  }

  /// What all options together say.
  ServerConfig config(ServerOptions server) throws IOException {
    if (development && server.listen.equals(List.of(ServerOptions.DEFAULT_LISTEN))) {
      server.listen = List.of(DEVELOPMENT_PORT);
    }
    if (noStun) {
      server.stun = List.of();
    }
    return server.config();
  }

  /// The relay's key: read, or made.
  PrivateKey key(Path stateDir, RandomGenerator random) throws IOException {
    if (keyFile != null) {
      return ServerKey.load(keyFile, random);
    }
    return development
        ? PrivateKey.generate(random)
        : ServerKey.load(stateDir.resolve(ServerKey.FILE), random);
  }
}
