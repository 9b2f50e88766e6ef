package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.cli.lab.Outcome;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.linux.ErrnoException;
import dev.adit.net.linux.RouteNetlink;
import dev.adit.net.linux.WireGuardChange;
import dev.adit.net.linux.WireGuardNetlink;
import dev.adit.net.linux.WireGuardState;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import java.io.IOException;
import java.net.BindException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.assertj.core.api.ThrowingConsumer;

/// The kernel's own WireGuard, asked and changed by generic netlink: linux-wireguard-control L-4 to
/// L-6. Inside the virtual machine, see [KernelRun].
final class KernelDevices {
  private static final String NAME = "kernel0";
  private static final Endpoint SOMEWHERE = Endpoint.literal("198.51.100.1:9");
  private static final int PEERS = 600;
  private static final int MANY = 2_000;

  private final Random random = new Random(7);
  private final RouteNetlink routes;
  private final WireGuardNetlink device;

  private KernelDevices(RouteNetlink routes, WireGuardNetlink device) {
    this.routes = routes;
    this.device = device;
  }

  static void run() throws IOException {
    try (RouteNetlink routes = RouteNetlink.open()) {
      routes.createWireGuard(NAME);
      try (WireGuardNetlink device = WireGuardNetlink.open(NAME)) {
        var run = new KernelDevices(routes, device);
        run.readsWhatItWrote();
        run.changesWhatIsThere();
        run.saysWhatIsWrong();
      } finally {
        routes.delete(Objects.requireNonNull(routes.link(NAME)));
      }
      assertThat(routes.link(NAME)).isNull();
    }
  }

  /// L-4.
  private void readsWhatItWrote() throws IOException {
    assertThat(device.read().privateKey()).isNull();
    PrivateKey own = PrivateKey.generate(random);
    var change = new WireGuardChange().privateKey(own).listenPort(7_777);
    Map<PublicKey, WireGuardState.Peer> wanted = new HashMap<>();
    for (int i = 0; i <= PEERS; i++) {
      PublicKey key = key();
      Endpoint endpoint =
          Endpoint.literal(
              i % 2 == 0
                  ? "192.0.2." + (1 + i % 200) + ":" + (1 + i)
                  : "[2001:db8::" + (1 + i) + "]:9");
      List<Prefix> allowed = hosts(i == PEERS / 2 ? MANY : 1 + i % 3);
      change.upsert(key, endpoint, allowed);
      wanted.put(key, new WireGuardState.Peer(key, endpoint, allowed, 0, 0, 0));
    }
    device.apply(change);
    WireGuardState state = device.read();
    assertThat(state.privateKey()).isEqualTo(own);
    assertThat(state.listenPort()).isEqualTo(7_777);
    assertThat(state.peers()).hasSize(wanted.size());
    for (WireGuardState.Peer peer : state.peers()) {
      WireGuardState.Peer asked = Objects.requireNonNull(wanted.get(peer.key()));
      assertThat(peer.endpoint()).isEqualTo(asked.endpoint());
      assertThat(new HashSet<>(peer.allowedIps())).isEqualTo(new HashSet<>(asked.allowedIps()));
    }
  }

  /// L-6.
  private void changesWhatIsThere() throws IOException {
    WireGuardState before = device.read();
    device.apply(new WireGuardChange().endpoint(key(), SOMEWHERE).keepalive(key(), 5));
    assertThat(device.read().peers()).hasSize(before.peers().size());

    PublicKey known = before.peers().getFirst().key();
    List<Prefix> kept = peer(known).allowedIps();
    device.apply(new WireGuardChange().endpoint(known, SOMEWHERE));
    assertThat(peer(known).endpoint()).isEqualTo(SOMEWHERE);
    assertThat(peer(known).allowedIps()).isEqualTo(kept);
    assertThat(device.read().privateKey()).isEqualTo(before.privateKey());

    PublicKey heir = before.peers().getLast().key();
    device.apply(new WireGuardChange().upsert(heir, SOMEWHERE, kept));
    assertThat(peer(known).allowedIps()).isEmpty();
    assertThat(new HashSet<>(peer(heir).allowedIps())).isEqualTo(new HashSet<>(kept));

    PublicKey own = Objects.requireNonNull(before.privateKey()).publicKey();
    device.apply(new WireGuardChange().upsert(own, SOMEWHERE, List.of()).remove(known));
    assertThat(device.read().peers())
        .hasSize(before.peers().size() - 1)
        .noneMatch(peer -> peer.key().equals(own) || peer.key().equals(known));
  }

  /// L-5.
  private void saysWhatIsWrong() throws IOException {
    assertThatThrownBy(() -> routes.createWireGuard(NAME)).satisfies(is(ErrnoException.EEXIST));
    assertThatThrownBy(() -> read("nowhere")).satisfies(is(ErrnoException.ENODEV));
    assertThatThrownBy(() -> read("lo")).satisfies(is(ErrnoException.EOPNOTSUPP));

    routes.up(Objects.requireNonNull(routes.link(NAME)), 1_280);
    routes.createWireGuard("kernel1");
    try (WireGuardNetlink second = WireGuardNetlink.open("kernel1")) {
      RouteNetlink.Link link = Objects.requireNonNull(routes.link("kernel1"));
      second.apply(new WireGuardChange().listenPort(7_777)); // noted, as the link is down
      assertThatThrownBy(() -> routes.up(link, 0)).satisfies(is(ErrnoException.EADDRINUSE));
      second.apply(new WireGuardChange().listenPort(0));
      routes.up(link, 0);
      assertThat(second.read().listenPort()).isPositive();
      assertThatThrownBy(() -> second.apply(new WireGuardChange().listenPort(7_777)))
          .isInstanceOf(BindException.class);
      routes.delete(link);
    }

    Outcome refused = readWith("--bounding-set", "-net_admin", "--inh-caps", "-net_admin");
    assertThat(refused.status()).as(refused.output()).isEqualTo(ErrnoException.EPERM);
    assertThat(refused.output()).contains("run as root or grant CAP_NET_ADMIN");
    String rights = "+net_admin,+dac_read_search"; // the second to find our class files
    Outcome granted = readWith("--reuid", "65534", "--inh-caps", rights, "--ambient-caps", rights);
    assertThat(granted.status()).as(granted.output()).isZero();
  }

  private static ThrowingConsumer<Throwable> is(int errno) {
    return thrown ->
        assertThat(thrown)
            .isInstanceOfSatisfying(
                ErrnoException.class, failed -> assertThat(failed.errno()).isEqualTo(errno));
  }

  private static void read(String name) throws IOException {
    try (WireGuardNetlink other = WireGuardNetlink.open(name)) {
      var _ = other.read();
    }
  }

  /// Reads the device with other rights.
  private static Outcome readWith(String... rights) throws IOException {
    List<String> command = new ArrayList<>(List.of("setpriv"));
    command.addAll(List.of(rights));
    command.addAll(SwarmProcess.java(KernelDevice.class));
    command.add(NAME);
    return Outcome.of(command);
  }

  private WireGuardState.Peer peer(PublicKey key) throws IOException {
    return device.read().peers().stream()
        .filter(peer -> peer.key().equals(key))
        .findFirst()
        .orElseThrow();
  }

  private PublicKey key() {
    return PrivateKey.generate(random).publicKey();
  }

  private List<Prefix> hosts(int count) {
    List<Prefix> hosts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] bytes = new byte[i % 2 == 0 ? 16 : 4];
      random.nextBytes(bytes);
      hosts.add(Prefix.host(IpAddress.of(bytes)));
    }
    return hosts;
  }
}
