package dev.adit.cli.launch;

import dev.adit.agent.Agent;
import dev.adit.agent.AgentConfig;
import dev.adit.agent.DataMode;
import dev.adit.agent.FakeTunnel;
import dev.adit.cli.node.StartedAgent;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.linux.Interfaces;
import dev.adit.net.linux.NetworkWatch;
import dev.adit.net.linux.RouteNetlink;
import dev.adit.net.linux.WireGuardChange;
import dev.adit.net.linux.WireGuardUapi;
import dev.adit.net.local.LocalClient;
import dev.adit.net.local.LocalServer;
import dev.adit.net.metrics.MetricsFormat;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// The agent's training: two agents join a real server, which is a process of its own so that its
/// classes do not get into the agent's archive, and find each other. Only their WireGuard is none:
/// on the machine that builds there may be no right to make an interface.
final class AgentTraining {
  private static final long PATIENCE_SECONDS = 30;
  private static final long EXCHANGE_NANOS = 1_500_000_000L;

  /// Metrics are asked for after the start, and their library is no part of it.
  private static final MetricsFormat NOBODY_ASKS =
      (request, readings) -> HttpResponse.text(503, "not while training");

  /// What needs the right to make an interface, or a raw socket.
  private static final List<String> UNTRAINED =
      List.of(
          "dev.adit.agent.LinuxTunnel",
          "dev.adit.net.linux.WireGuardGo",
          "dev.adit.net.linux.SharedPort",
          "dev.adit.net.linux.RawUdpSocket",
          "dev.adit.net.linux.RawUdpSocket$Marking",
          "dev.adit.net.linux.SocketFilter",
          "dev.adit.net.linux.SourceAddresses",
          "dev.adit.net.linux.InternetChecksum",
          "dev.adit.net.linux.StopSignal",
          "dev.adit.net.udp.SharedOutside",
          "dev.adit.cli.node.StartedAgent",
          "dev.adit.cli.node.StartedAgent$Words");

  private final Path folder;

  /// @param folder empty, with a name short enough for sockets
  AgentTraining(Path folder) {
    this.folder = folder;
  }

  void run() throws IOException {
    for (String type : UNTRAINED) {
      Training.load(type);
    }
    int port = freePort();
    Process server = server(port);
    try {
      Path state = folder.resolve("srv");
      Path socket = state.resolve("coordinator.sock");
      long end = Clock.SYSTEM.nanos() + PATIENCE_SECONDS * 1_000_000_000L;
      while (!LocalServer.isLive(socket) || !Files.exists(state.resolve("join.key"))) {
        if (Clock.SYSTEM.nanos() > end || !server.isAlive()) {
          throw new IOException("the server did not start");
        }
        LockSupport.parkNanos(20_000_000);
      }
      agents(Files.readString(state.resolve("join.key")).strip());
    } finally {
      server.destroy();
    }
    kernel();
    uapi();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private Process server(int port) throws IOException {
    Path state = folder.resolve("srv");
    List<String> words =
        JavaCommand.of(
            JavaCommand.Kind.SERVER,
            "dev.adit.cli.Adit",
            List.of(
                "serve",
                "--listen=127.0.0.1:" + port,
                "--stun=127.0.0.1:" + port,
                "--address=127.0.0.1",
                "--url=https://127.0.0.1:" + port,
                "--state-dir=" + state,
                "--run-dir=" + state));
    return new ProcessBuilder(words)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("serve.log").toFile())
        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
        .start();
  }

  private void agents(String key) throws IOException {
    Agent.warmUp();
    List<Agent> agents = new ArrayList<>();
    try {
      for (String name : List.of("one", "two")) {
        Path own = folder.resolve(name);
        AgentConfig config =
            StartedAgent.repeated(
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
                    own.resolve("helper.sock")));
        var ready = new CountDownLatch(1);
        agents.add(
            Agent.start(config, new Ready(ready), NOBODY_ASKS, (_, _, _, _) -> new FakeTunnel()));
        if (!ready.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          throw new IOException(name + " did not become usable");
        }
        LocalClient.Answer _ =
            LocalClient.request(config.socket(), "GET", "/v1/status", new byte[0]);
      }
      LockSupport.parkNanos(EXCHANGE_NANOS); // probes, calls, presence: both ends of an exchange
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      agents.forEach(Agent::close);
    }
  }

  private record Ready(CountDownLatch latch) implements Agent.Progress {
    @Override
    public void ready(String name, String address) {
      latch.countDown();
    }

    @Override
    public void waiting(String what) {
      System.err.println(what);
    }

    @Override
    public void note(String text) {
      System.err.println(text);
    }

    @Override
    public void awaiting(String what) {}

    @Override
    public void failed(String text, boolean usage) {
      System.err.println(text);
    }
  }

  /// What an agent asks the kernel, as far as everybody may.
  private void kernel() throws IOException {
    try (RouteNetlink netlink = RouteNetlink.open();
        NetworkWatch _ = NetworkWatch.start(() -> {})) {
      var nothing = new Interfaces.Exclusions(List.of(), List.of(), false);
      List<?> _ = Interfaces.hostAddresses(netlink, nothing);
    }
    Process child =
        new ProcessBuilder("true")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("true.log").toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .start();
    child.onExit().thenRun(() -> {}).join();
  }

  /// What an agent says to WireGuard's program, to somebody who agrees to everything.
  private void uapi() throws IOException {
    Path socket = folder.resolve("uapi.sock");
    try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Thread.ofPlatform().daemon().start(() -> agree(server));
      try (WireGuardUapi device = WireGuardUapi.open("adit0", socket)) {
        var _ = device.read();
        byte[] key = new byte[PublicKey.BYTES];
        key[0] = 9;
        device.apply(
            new WireGuardChange()
                .listenPort(0)
                .upsert(PublicKey.of(key), Endpoint.literal("127.0.0.1:10000"), List.of()));
      }
    }
  }

  private static void agree(ServerSocketChannel server) {
    try (SocketChannel client = server.accept();
        var in = Channels.newInputStream(client);
        var out = Channels.newOutputStream(client)) {
      int before = 0;
      for (int next = in.read(); next >= 0; next = in.read()) {
        if (next == '\n' && before == '\n') {
          out.write("listen_port=1\nerrno=0\n\n".getBytes(StandardCharsets.US_ASCII));
        }
        before = next;
      }
    } catch (IOException e) {
      // The training is over.
    }
  }
}
