package dev.adit.net.linux;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Against a real wireguard-go, in a network namespace. Its sockets have one folder for the whole
/// machine, hence names that no other program uses.
@NeedsRoot(wireGuard = true)
class UserspaceDeviceTest {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final PrivateKey OURS = PrivateKey.generate(new Random(1));

  private final String name = "at" + ProcessHandle.current().pid() + "x" + COUNT.incrementAndGet();

  @TempDir Path temp;

  @Test
  void startsConfiguresReadsBackAndEnds() throws Exception {
    inNamespace(netlink -> {
      PublicKey peer = PrivateKey.generate(new Random(2)).publicKey();
      var allowed = List.of(Prefix.literal("10.9.0.2/32"), Prefix.literal("fd00::2/128"));
      try (var device = open(netlink)) {
        assertThat(device.isAdopted()).isFalse();
        assertThat(device.read().isUnconfigured()).isTrue();
        device.apply(
            DeviceChanges.everything(
                OURS,
                51999,
                List.of(
                    PeerChange.upsert(peer)
                        .withEndpoint(Endpoint.literal("192.0.2.1:51820"))
                        .withKeepalive(25)
                        .withPresharedKey(OURS.bytes())
                        .withAllowedIps(allowed))));
        var snapshot = device.read();
        assertThat(snapshot.hasPrivateKey(OURS)).isTrue();
        assertThat(snapshot.listenPort()).isEqualTo(51999);
        var found = requireNonNull(snapshot.peers().get(peer));
        assertThat(found.endpoint()).isEqualTo(Endpoint.literal("192.0.2.1:51820"));
        assertThat(found.hasPresharedKey()).isTrue();
        assertThat(found.keepaliveSeconds()).isEqualTo(25);
        assertThat(found.lastHandshake()).isNull();
        assertThat(found.allowedIps()).containsExactlyInAnyOrderElementsOf(allowed);
      }
      assertThat(netlink.link(name)).isNull();
      assertThat(WireGuardUapi.socketOf(name)).doesNotExist();
    });
  }

  @Test
  void updatesOnlyPeersThatAreThereAndMovesAllowedIps() throws Exception {
    inNamespace(netlink -> {
      PublicKey first = PrivateKey.generate(new Random(2)).publicKey();
      PublicKey second = PrivateKey.generate(new Random(3)).publicKey();
      var shared = List.of(Prefix.literal("10.9.0.2/32"));
      try (var device = open(netlink)) {
        device.apply(
            DeviceChanges.everything(
                OURS, 0, List.of(PeerChange.upsert(first).withAllowedIps(shared))));
        device.apply(
            DeviceChanges.ofPeer(
                PeerChange.update(second).withEndpoint(Endpoint.literal("192.0.2.1:1"))));
        assertThat(device.read().peers()).containsOnlyKeys(first);

        device.apply(DeviceChanges.ofPeer(PeerChange.upsert(second).withAllowedIps(shared)));
        var peers = device.read().peers();
        assertThat(requireNonNull(peers.get(first)).allowedIps()).isEmpty();
        assertThat(requireNonNull(peers.get(second)).allowedIps()).isEqualTo(shared);

        device.apply(DeviceChanges.ofPeer(PeerChange.remove(first)));
        assertThat(device.read().peers()).containsOnlyKeys(second);
      }
    });
  }

  @Test
  void configuresFiveHundredPeersAtOnce() throws Exception {
    inNamespace(netlink -> {
      var random = new Random(4);
      var peers = new ArrayList<PeerChange>();
      for (int i = 0; i < 500; i++) {
        var address = IpAddress.of(new byte[] {10, 9, (byte) (i >> 8), (byte) i});
        peers.add(
            PeerChange.upsert(PrivateKey.generate(random).publicKey())
                .withAllowedIps(List.of(Prefix.host(address))));
      }
      try (var device = open(netlink)) {
        device.apply(DeviceChanges.everything(OURS, 0, peers));
        assertThat(device.read().peers()).hasSize(500);
      }
    });
  }

  @Test
  void answersWithTheErrorOfARefusedChangeAndStaysUsable() throws Exception {
    inNamespace(netlink -> {
      try (var device = open(netlink);
          var taken = new java.net.DatagramSocket(0)) {
        assertThatThrownBy(
                () -> device.apply(DeviceChanges.everything(OURS, taken.getLocalPort(), List.of())))
            .isInstanceOf(ErrnoException.class);
        assertThat(device.read().peers()).isEmpty();
      }
    });
  }

  @Test
  void adoptsADeviceWithOurKeyAndEndsItToo() throws Exception {
    inNamespace(netlink -> {
      var left = open(netlink);
      left.apply(DeviceChanges.everything(OURS, 0, List.of()));
      left.leave();
      var program = requireNonNull(left.process());
      try (var adopted = open(netlink)) {
        assertThat(adopted.isAdopted()).isTrue();
        assertThat(adopted.isAlive()).isTrue();
      }
      assertThat(program.ended().get(5, TimeUnit.SECONDS)).isNotNull();
      assertThat(netlink.link(name)).isNull();
    });
  }

  @Test
  void refusesADeviceOfAnotherProgram() throws Exception {
    inNamespace(netlink -> {
      try (var device = open(netlink)) {
        device.apply(DeviceChanges.everything(PrivateKey.generate(new Random(9)), 0, List.of()));
        assertThatThrownBy(() -> open(netlink))
            .hasMessageStartingWith("interface " + name + " belongs to another program");
      }
      var bridge =
          new ProcessBuilder("ip", "link", "add", name, "type", "bridge").inheritIO().start();
      assertThat(bridge.waitFor()).isZero();
      assertThatThrownBy(() -> open(netlink))
          .hasMessageStartingWith("interface " + name + " belongs to another program");
    });
  }

  @Test
  void tellsWhyWireguardGoEnded() throws Exception {
    inNamespace(_ ->
        assertThatThrownBy(() ->
                WireGuardGo.start(
                    WireGuardGo.newest(),
                    "a-name-that-is-too-long",
                    temp.resolve("log"),
                    Duration.ofSeconds(5)))
            .isInstanceOf(IOException.class)
            .hasMessageStartingWith("wireguard-go could not make a-name-that-is-too-long: ")
            .hasMessageContaining("interface name too long"));
  }

  @Test
  void noticesThatWireguardGoWasKilledAndStartsAnotherOne() throws Exception {
    inNamespace(netlink -> {
      var first = open(netlink);
      var program = requireNonNull(first.process());
      ProcessHandle.of(program.pid()).orElseThrow().destroyForcibly();
      assertThat(program.ended().get(5, TimeUnit.SECONDS)).isNotZero();
      assertThat(first.isAlive()).isFalse();
      assertThatThrownBy(first::read).isInstanceOf(IOException.class);
      // Its socket file is left behind, and nobody listens.
      assertThat(Files.exists(WireGuardUapi.socketOf(name))).isTrue();
      try (var second = open(netlink)) {
        assertThat(second.isAdopted()).isFalse();
      }
    });
  }

  @Test
  void pingsThroughATunnelBetweenTwoNamespaces() throws Exception {
    // here 10.9.0.1, fd00::1 ── wireguard-go ── 127.0.0.1 ── wireguard-go ── 10.9.0.2, fd00::2
    PrivateKey theirs = PrivateKey.generate(new Random(7));
    var far4 = IpAddress.literal("10.9.0.2");
    var far6 = IpAddress.literal("fd00::2");
    inNamespace(netlink -> {
      try (var here = open(netlink);
          var there = new WireGuardUapi(WireGuardUapi.socketOf(name + "b"))) {
        here.apply(DeviceChanges.everything(OURS, 0, List.of()));
        var link = requireNonNull(netlink.link(name));
        netlink.addAddress(link, IpAddress.literal("10.9.0.1"), 24);
        netlink.addAddress(link, IpAddress.literal("fd00::1"), 64);
        netlink.up(link, 1280);

        var far =
            WireGuardGo.start(
                WireGuardGo.newest(), name + "b", temp.resolve("b"), Duration.ofSeconds(5));
        try {
          there.apply(
              DeviceChanges.everything(
                  theirs,
                  0,
                  List.of(
                      PeerChange.upsert(OURS.publicKey())
                          .withEndpoint(
                              new Endpoint(
                                  IpAddress.literal("127.0.0.1"), here.read().listenPort()))
                          .withAllowedIps(
                              List.of(
                                  Prefix.literal("10.9.0.1/32"), Prefix.literal("fd00::1/128"))))));
          int farPort = there.read().listenPort();
          here.apply(
              DeviceChanges.ofPeer(
                  PeerChange.upsert(theirs.publicKey())
                      .withEndpoint(new Endpoint(IpAddress.literal("127.0.0.1"), farPort))
                      .withAllowedIps(List.of(Prefix.host(far4), Prefix.host(far6)))));
          moveToNamespace(name + "b");
          try (var echo = IcmpEcho.open(far4)) {
            assertThat(echo.ping(56, Duration.ofSeconds(8))).isPositive();
            assertThat(echo.ping(0, Duration.ofSeconds(8))).isPositive();
          }
          try (var echo = IcmpEcho.open(far6)) {
            assertThat(echo.ping(1200, Duration.ofSeconds(8))).isPositive();
          }
          assertThat(requireNonNull(here.read().peers().get(theirs.publicKey())))
              .satisfies(peer -> {
                assertThat(peer.lastHandshake()).isNotNull();
                assertThat(peer.receivedBytes()).isPositive();
              });
        } finally {
          far.stop();
          ip("netns", "delete", name);
        }
      }
    });
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

  private UserspaceDevice open(RouteNetlink netlink) throws IOException {
    return UserspaceDevice.open(name, OURS, null, temp.resolve("wireguard.log"), netlink);
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
