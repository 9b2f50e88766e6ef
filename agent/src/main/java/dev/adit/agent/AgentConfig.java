package dev.adit.agent;

import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an agent is told at its start. Immutable.
///
/// @param stateFolder keys, map, ports; survives restarts. Default `/var/lib/adit`
/// @param runFolder socket and logs of this run. Default `/run/adit`
/// @param interfaceName of the WireGuard interface, at most 15 characters. Default `adit0`
/// @param wireGuardGo the program to start; null: the newest this machine has
/// @param joinKey the text of a join key; null: this machine has joined before
/// @param name wished for this node; null: the host's name
/// @param mode how packets travel. Default [DataMode#AUTO]
/// @param staticCandidates addresses where this node can be reached besides those it finds itself
///   (`ip:port`; port 0 stands for the agent's own)
/// @param offlineMaxAge seconds for which the cached map counts without the coordinator; 0: without
///   end. Default 30 days
/// @param readyWithin seconds in which the node shall be usable; then `adit up` ends, and the agent
///   goes on trying. 0, the default: 10 s, and as long as the coordinator asks to wait
/// @param metrics TCP address and port for `GET /metrics`; null, the default: none
/// @param newIdentity forget who this machine was: new keys, and it joins as another one
/// @param helperSocket where a privileged helper listens, if there is one. Default
///   `/run/adit/helper.sock`
public record AgentConfig(
    Path stateFolder,
    Path runFolder,
    String interfaceName,
    @Nullable Path wireGuardGo,
    @Nullable String joinKey,
    @Nullable String name,
    DataMode mode,
    List<String> staticCandidates,
    long offlineMaxAge,
    long readyWithin,
    @Nullable Endpoint metrics,
    boolean newIdentity,
    Path helperSocket) {
  /// What the agent calls itself to the coordinator.
  public static final String VERSION = "0.1.0";

  public static final Path STATE_FOLDER = Path.of("/var/lib/adit");
  public static final Path RUN_FOLDER = Path.of("/run/adit");
  public static final String INTERFACE = "adit0";
  public static final Path HELPER_SOCKET = RUN_FOLDER.resolve("helper.sock");

  public AgentConfig {
    var _ = new InterfaceOptions(interfaceName, wireGuardGo, runFolder);
    staticCandidates = List.copyOf(staticCandidates);
    for (String candidate : staticCandidates) {
      var _ = endpoint(candidate);
    }
  }

  private static Endpoint endpoint(String candidate) {
    try {
      return Endpoint.parse(candidate);
    } catch (MalformedException e) {
      throw new IllegalArgumentException(
          "candidate '" + candidate + "': expected for example 192.0.2.1:51820");
    }
  }

  /// [#staticCandidates] as they are told to others: the agent's own port for port 0.
  List<Endpoint> staticEndpoints(int ownPort) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (String candidate : staticCandidates) {
      Endpoint endpoint = endpoint(candidate);
      endpoints.add(endpoint.port() != 0 ? endpoint : new Endpoint(endpoint.address(), ownPort));
    }
    return endpoints;
  }

  /// The interface and how it is made.
  InterfaceOptions interfaceOptions() {
    return new InterfaceOptions(interfaceName, wireGuardGo, runFolder);
  }

  /// Whether direct paths are never tried.
  public boolean relayOnly() {
    return mode == DataMode.RELAY_ONLY;
  }

  /// The agent's local socket.
  public Path socket() {
    return runFolder.resolve("agent.sock");
  }

  /// Where a detached agent writes its log.
  public Path logFile() {
    return stateFolder.resolve("agent.log");
  }
}
