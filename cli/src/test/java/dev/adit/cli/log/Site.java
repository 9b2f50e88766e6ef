package dev.adit.cli.log;

import static java.util.Objects.requireNonNull;

import dev.adit.agent.Agent;
import dev.adit.agent.AgentConfig;
import dev.adit.agent.DataMode;
import dev.adit.agent.FakeTunnel;
import dev.adit.cli.Words;
import dev.adit.coordinator.Coordinator;
import dev.adit.coordinator.CoordinatorConfig;
import dev.adit.core.admission.OpenAdmission;
import dev.adit.crypto.SelfSigned;
import dev.adit.net.Clock;
import dev.adit.net.frontdoor.FrontDoor;
import dev.adit.net.frontdoor.FrontDoorConfig;
import dev.adit.net.frontdoor.RequestRoutes;
import dev.adit.net.http.HttpResponse;
import dev.adit.relay.Relay;
import dev.adit.relay.RelayConfig;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.control.HttpsUrl;
import dev.adit.wire.control.JoinKey;
import dev.adit.wire.control.Sha256;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A whole site in this process, over loopback: coordinator and relay behind a front door with TLS,
/// and agents whose WireGuard is none.
final class Site implements AutoCloseable {
  final Coordinator coordinator;
  final Relay relay;
  private final Path folder;
  private final FrontDoor door;

  Site(Path folder) throws IOException {
    this.folder = folder;
    var random = new SecureRandom();
    var self = SelfSigned.create(random, Clock.SYSTEM.wall(), List.of(), List.of("127.0.0.1"));
    int port = freePort();
    List<Sha256> pins = List.of(Sha256.of(self.spkiPin()));
    Endpoint loopback = Endpoint.literal("127.0.0.1:" + port);
    relay =
        Relay.open(
            new RelayConfig(
                folder.resolve("relay"),
                "relay-one",
                "test",
                900,
                List.of(),
                List.of(IpAddress.literal("127.0.0.1")),
                port,
                pins,
                List.of(),
                List.of()),
            new OpenAdmission(),
            Clock.SYSTEM,
            random);
    coordinator =
        Coordinator.open(
            new CoordinatorConfig(
                folder.resolve("coordinator"),
                List.of(HttpsUrl.literal("https://127.0.0.1:" + port)),
                pins,
                List.of(relay.description()),
                List.of(),
                "test"),
            Clock.SYSTEM,
            random);
    var routes =
        relay
            .addTo(new RequestRoutes())
            .http(Coordinator.IDENTITY_PATH, coordinator.identity())
            .message(
                Coordinator.STREAM_PATH,
                Coordinator.SUBPROTOCOL,
                coordinator.agentStream(),
                coordinator.gate());
    door =
        FrontDoor.start(
            FrontDoorConfig.of(
                List.of(loopback),
                new FrontDoorConfig.Tls(self.privateKeyPem(), self.certificatePem())),
            routes);
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
      return socket.getLocalPort();
    }
  }

  JoinKey joinKey() throws IOException {
    return requireNonNull(coordinator.firstJoinKey());
  }

  /// @param key null to come back
  Agent agent(String name, @Nullable String key, Words words) throws IOException {
    Path own = folder.resolve(name);
    var config =
        new AgentConfig(
            own,
            own,
            "adit0",
            null,
            key,
            name,
            DataMode.MUX,
            List.of(),
            0,
            0,
            null,
            false,
            own.resolve("helper.sock"));
    return Agent.start(
        config,
        words,
        (_, _) -> HttpResponse.text(503, "nobody asks"),
        (_, _, _, _) -> new FakeTunnel());
  }

  Path file(String name, String file) {
    return folder.resolve(name).resolve(file);
  }

  /// Ends every connection; agents lose their coordinator and their relay.
  void stop() throws IOException {
    door.close();
  }

  @Override
  public void close() throws IOException {
    door.close();
    relay.close();
    coordinator.close();
  }
}
