package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.linux.WireGuardChange;
import dev.adit.net.linux.WireGuardDevice;
import dev.adit.net.linux.WireGuardState;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/// What every WireGuard must do that an agent drives, the kernel's by generic netlink and programs'
/// by their sockets: linux-wireguard-control L-4 to L-6, and L-8. Ends the device's peers.
final class DeviceSuite {
  private static final Endpoint SOMEWHERE = Endpoint.literal("198.51.100.1:9");
  private static final int PEERS = 600;
  private static final int MANY = 2_000;
  private static final int PORT = 7_777;

  private final Random random = new Random(7);
  private final WireGuardDevice device;

  private DeviceSuite(WireGuardDevice device) {
    this.device = device;
  }

  /// On a device without key and peers.
  static void run(WireGuardDevice device) throws IOException {
    var suite = new DeviceSuite(device);
    suite.readsWhatItWrote();
    suite.changesWhatIsThere();
  }

  /// L-4.
  private void readsWhatItWrote() throws IOException {
    assertThat(device.read().peers()).isEmpty();
    PrivateKey own = PrivateKey.generate(random);
    var change = new WireGuardChange().privateKey(own).listenPort(PORT);
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
    assertThat(state.ownKey()).isEqualTo(own.publicKey());
    assertThat(state.listenPort()).isEqualTo(PORT);
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
    assertThat(device.read().ownKey()).isEqualTo(before.ownKey());

    PublicKey heir = before.peers().getLast().key();
    device.apply(new WireGuardChange().upsert(heir, SOMEWHERE, kept));
    assertThat(peer(known).allowedIps()).isEmpty();
    assertThat(new HashSet<>(peer(heir).allowedIps())).isEqualTo(new HashSet<>(kept));

    PublicKey own = Objects.requireNonNull(before.ownKey());
    device.apply(new WireGuardChange().upsert(own, SOMEWHERE, List.of()).remove(known));
    assertThat(device.read().peers())
        .hasSize(before.peers().size() - 1)
        .noneMatch(peer -> peer.key().equals(own) || peer.key().equals(known));
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
