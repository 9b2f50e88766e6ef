package dev.adit.cli.log;

import static java.util.Objects.requireNonNull;

import dev.adit.agent.Agent;
import dev.adit.agent.AgentConfig;
import dev.adit.agent.Tunnel;
import dev.adit.coordinator.Coordinator;
import dev.adit.coordinator.CoordinatorConfig;
import dev.adit.core.admission.Open;
import dev.adit.crypto.PublicKey;
import dev.adit.crypto.SelfSigned;
import dev.adit.net.Clock;
import dev.adit.net.frontdoor.FrontDoor;
import dev.adit.net.frontdoor.FrontDoorConfig;
import dev.adit.net.frontdoor.Routes;
import dev.adit.net.http.HttpResponse;
import dev.adit.relay.Relay;
import dev.adit.relay.RelayConfig;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.control.HttpsUrl;
import dev.adit.wire.control.JoinKey;
import dev.adit.wire.control.Sha256;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A whole site in this process, over loopback: coordinator and relay behind a front door with TLS,
/// and agents whose WireGuard is none.
final class Site implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

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
                List.of()),
            new Open(),
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
            .addTo(new Routes())
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

  /// What an agent said of its start.
  static final class Words implements Agent.Progress {
    final LinkedBlockingQueue<String> said = new LinkedBlockingQueue<>();
    @Nullable String address;

    @Override
    public void ready(String name, String at) {
      address = at;
      said.add("ready");
    }

    @Override
    public void waiting(String what) {
      said.add("waiting " + what);
    }

    @Override
    public void note(String text) {}

    @Override
    public void awaiting(String what) {}

    @Override
    public void failed(String text, boolean usage) {
      said.add("failed " + text);
    }

    String next() throws InterruptedException {
      return String.valueOf(said.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }
  }

  /// @param key null to come back
  Agent agent(String name, @Nullable String key, Words words) throws IOException {
    Path own = folder.resolve(name);
    var config =
        new AgentConfig(own, own, "adit0", null, key, name, false, List.of(), 0, 0, null, false);
    return Agent.start(
        config,
        words,
        (_, _) -> HttpResponse.text(503, "nobody asks"),
        (_, _, _, _) -> new NoTunnel());
  }

  Path file(String name, String file) {
    return folder.resolve(name).resolve(file);
  }

  /// Stands where WireGuard does and begins a handshake with every peer, which nobody answers.
  private static final class NoTunnel implements Tunnel {
    private @Nullable DatagramSocket socket;

    @Override
    public int open() throws IOException {
      socket = new DatagramSocket(0, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
      return socket.getLocalPort();
    }

    @Override
    public void apply(Wanted wanted) throws IOException {
      byte[] initiation = new byte[148];
      initiation[0] = 1;
      for (Peer peer : wanted.peers()) {
        requireNonNull(socket)
            .send(
                new DatagramPacket(
                    initiation,
                    initiation.length,
                    InetAddress.getByAddress(new byte[] {127, 0, 0, 1}),
                    peer.loopbackPort()));
      }
    }

    @Override
    public void forgetPeer(PublicKey key) {}

    @Override
    public boolean isGone() {
      return false;
    }

    @Override
    public void greet(PublicKey key) {}

    @Override
    public void close() {
      if (socket != null) {
        socket.close();
      }
    }
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
