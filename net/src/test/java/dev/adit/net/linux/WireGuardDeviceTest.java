package dev.adit.net.linux;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Against a real wireguard-go, in a network namespace. Its sockets have one folder for the whole
/// machine, hence names that no other program uses.
@NeedsRoot(wireGuard = true)
class WireGuardDeviceTest {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final PrivateKey OURS = PrivateKey.generate(new Random(1));
  private static final PrivateKey THEIRS = PrivateKey.generate(new Random(2));
  private static final IpAddress LOOPBACK = IpAddress.literal("127.0.0.1");

  private final String name = "at" + ProcessHandle.current().pid() + "x" + COUNT.incrementAndGet();

  @TempDir Path temp;

  @Test
  void movesAnAllowedIpFromOnePeerToAnother() throws Exception {
    inNamespace(_ -> {
      PublicKey first = THEIRS.publicKey();
      PublicKey second = PrivateKey.generate(new Random(3)).publicKey();
      var at = Endpoint.literal("192.0.2.1:51820");
      var shared = List.of(Prefix.literal("10.9.0.2/32"));
      try (var program = start(name);
          var device = program.device(name, Clock.SYSTEM)) {
        device.apply(new WireGuardChange().privateKey(OURS).upsert(first, at, shared));
        device.apply(new WireGuardChange().endpoint(second, at));
        assertThat(device.read().peers()).hasSize(1);
        device.apply(new WireGuardChange().upsert(second, at, shared));
        assertThat(device.read().peers())
            .filteredOn(peer -> peer.key().equals(second))
            .singleElement()
            .returns(shared, WireGuardState.Peer::allowedIps);
        assertThat(device.read().peers())
            .filteredOn(peer -> peer.key().equals(first))
            .singleElement()
            .returns(List.of(), WireGuardState.Peer::allowedIps);
      }
    });
  }

  @Test
  void configuresFiveHundredPeersAtOnce() throws Exception {
    inNamespace(_ -> {
      var random = new Random(4);
      var change = new WireGuardChange().privateKey(OURS);
      for (int i = 0; i < 500; i++) {
        change.upsert(
            PrivateKey.generate(random).publicKey(),
            new Endpoint(LOOPBACK, 10_000 + i),
            List.of(Prefix.host(IpAddress.of(new byte[] {10, 9, (byte) (i >> 8), (byte) i}))));
      }
      try (var program = start(name);
          var device = program.device(name, Clock.SYSTEM)) {
        device.apply(change);
        assertThat(device.read().peers()).hasSize(500);
      }
    });
  }

  @Test
  void tellsWhyWireguardGoEnded() throws Exception {
    inNamespace(_ -> {
      String tooLong = "a-name-that-is-too-long";
      try (var program = start(tooLong)) {
        assertThatThrownBy(() -> program.device(tooLong, Clock.SYSTEM))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("interface name too long");
      }
    });
  }

  @Test
  void noticesThatWireguardGoWasKilledAndCanStartAnotherOne() throws Exception {
    inNamespace(netlink -> {
      var ended = new CountDownLatch(1);
      var first = start(name);
      first.onExit(ended::countDown);
      try (var device = first.device(name, Clock.SYSTEM)) {
        ProcessHandle.of(first.pid()).orElseThrow().destroyForcibly();
        assertThat(ended.await(5, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(device::read).isInstanceOf(IOException.class);
      }
      // Its socket file is left behind, and nobody serves it.
      assertThat(WireGuardUapi.socketOf(name)).exists();
      assertThat(netlink.link(name)).isNull();
      try (var second = start(name);
          var device = second.device(name, Clock.SYSTEM)) {
        assertThat(device.read().ownKey()).isNull();
        assertThat(netlink.link(name)).isNotNull();
      }
      assertThat(netlink.link(name)).isNull();
    });
  }

  @Test
  void pingsThroughATunnelBetweenTwoNamespaces() throws Exception {
    // here 10.9.0.1, fd00::1 ── wireguard-go ── 127.0.0.1 ── wireguard-go ── 10.9.0.2, fd00::2
    String farName = name + "b";
    var near4 = IpAddress.literal("10.9.0.1");
    var near6 = IpAddress.literal("fd00::1");
    var far4 = IpAddress.literal("10.9.0.2");
    var far6 = IpAddress.literal("fd00::2");
    inNamespace(netlink -> {
      try (var nearProgram = start(name);
          var farProgram = start(farName);
          var near = nearProgram.device(name, Clock.SYSTEM);
          var far = farProgram.device(farName, Clock.SYSTEM)) {
        near.apply(new WireGuardChange().privateKey(OURS).listenPort(0));
        far.apply(new WireGuardChange().privateKey(THEIRS).listenPort(0));
        near.apply(
            new WireGuardChange()
                .upsert(
                    THEIRS.publicKey(),
                    new Endpoint(LOOPBACK, port(far)),
                    List.of(Prefix.host(far4), Prefix.host(far6))));
        far.apply(
            new WireGuardChange()
                .upsert(
                    OURS.publicKey(),
                    new Endpoint(LOOPBACK, port(near)),
                    List.of(Prefix.host(near4), Prefix.host(near6))));
        var link = requireNonNull(netlink.link(name));
        netlink.addAddress(link, near4, 24);
        netlink.addAddress(link, near6, 64);
        netlink.up(link, 1280);
        moveToNamespace(farName);

        try (var echo = IcmpEcho.open(far4)) {
          assertThat(echo.ping(56, Duration.ofSeconds(8))).isPositive();
        }
        try (var echo = IcmpEcho.open(far6)) {
          assertThat(echo.ping(1200, Duration.ofSeconds(8))).isPositive();
        }
        assertThat(near.read().peers().getFirst().lastHandshake()).isPositive();
      } finally {
        ip("netns", "delete", name);
      }
    });
  }

  /// The device's port, which it may take a moment after its start.
  private static int port(WireGuardDevice device) throws IOException {
    long end = Clock.SYSTEM.nanos() + 2_000_000_000L;
    int port = device.read().listenPort();
    while (port == 0 && Clock.SYSTEM.nanos() < end) {
      port = device.read().listenPort();
    }
    return port;
  }

  /// Puts the far link into a namespace of its own and gives it its addresses; the sockets of its
  /// wireguard-go stay in ours.
  private void moveToNamespace(String link) throws Exception {
    ip("netns", "add", name);
    ip("link", "set", link, "netns", name);
    ip("-n", name, "address", "add", "10.9.0.2/24", "dev", link);
    ip("-n", name, "address", "add", "fd00::2/64", "dev", link, "nodad");
    ip("-n", name, "link", "set", link, "up");
  }

  private static void ip(String... arguments) throws Exception {
    var command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments));
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  private WireGuardGo start(String interfaceName) throws IOException {
    Path program = requireNonNull(WireGuardGo.find(String.valueOf(System.getenv("PATH"))));
    return WireGuardGo.start(program, interfaceName, temp.resolve(interfaceName + ".log"));
  }

  @FunctionalInterface
  private interface Use {
    void of(RouteNetlink netlink) throws Exception;
  }

  private static void inNamespace(Use use) throws Exception {
    Namespace.run(() -> {
      try (var netlink = RouteNetlink.open()) {
        use.of(netlink);
      }
    });
  }
}
