package dev.adit.agent;

import dev.adit.wire.Endpoint;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a helper is told at its start. Immutable.
///
/// @param socket where it listens. Default [AgentConfig#HELPER_SOCKET]
/// @param users whom it serves, by name or uid; nobody else, not even root
/// @param interfaces which it may make and change. Default [AgentConfig#INTERFACE]
/// @param wireGuardGo as [InterfaceOptions]
/// @param runFolder for the words of a `wireguard-go`. Default `/run/adit`
/// @param metrics TCP address and port for `GET /metrics`; null, the default: none
public record HelperConfig(
    Path socket,
    List<String> users,
    List<String> interfaces,
    @Nullable Path wireGuardGo,
    Path runFolder,
    @Nullable Endpoint metrics) {
  public HelperConfig {
    users = List.copyOf(users);
    interfaces = List.copyOf(interfaces);
    if (users.isEmpty()) {
      throw new IllegalArgumentException(
          "whom shall this helper serve? give --allow-user NAME or --allow-user UID");
    }
    for (String name : interfaces) {
      var _ = new InterfaceOptions(name, wireGuardGo, runFolder);
    }
  }
}
