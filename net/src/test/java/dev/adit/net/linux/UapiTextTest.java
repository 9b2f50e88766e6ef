package dev.adit.net.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.Prefix;
import java.io.IOException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The vectors of linux-wireguard-control §12.3 and the table of §5.2.
class UapiTextTest {
  private static final String K1 =
      "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
  private static final String OURS = "70" + "77".repeat(30) + "70";

  @Test
  void writesAWholeDevice() {
    var peer =
        PeerChange.upsert(key(K1))
            .withEndpoint(Endpoint.literal("192.0.2.1:51820"))
            .withKeepalive(25)
            .withAllowedIps(List.of(Prefix.literal("10.9.0.2/32"), Prefix.literal("fd00::2/128")));
    var changes =
        new DeviceChanges(
            PrivateKey.of(HexFormat.of().parseHex(OURS)), 51999, 0, true, List.of(peer));
    assertThat(UapiText.encode(changes))
        .isEqualTo(
            "set=1\nprivate_key="
                + OURS
                + "\nlisten_port=51999\nfwmark=0\nreplace_peers=true\npublic_key="
                + K1
                + """

                endpoint=192.0.2.1:51820
                persistent_keepalive_interval=25
                replace_allowed_ips=true
                allowed_ip=10.9.0.2/32
                allowed_ip=fd00::2/128

                """);
  }

  @Test
  void writesSmallChangesOfPeers() {
    var changes =
        DeviceChanges.ofPeers(
            List.of(
                PeerChange.update(key(K1)).withEndpoint(Endpoint.literal("[2001:db8::7]:7777")),
                PeerChange.upsert(key(K1)).withPresharedKey(new byte[32]),
                PeerChange.remove(key(K1))));
    assertThat(UapiText.encode(changes))
        .isEqualTo(
            "set=1\npublic_key="
                + K1
                + "\nupdate_only=true\nendpoint=[2001:db8::7]:7777\npublic_key="
                + K1
                + "\npreshared_key="
                + "0".repeat(64)
                + "\npublic_key="
                + K1
                + "\nremove=true\n\n");
  }

  @Test
  void readsADevice() throws IOException {
    var device =
        read(
            "private_key=" + OURS,
            "listen_port=51999",
            "fwmark=4294967295",
            "public_key=" + K1,
            "preshared_key=" + "0".repeat(64),
            "protocol_version=1",
            "endpoint=192.0.2.1:51820",
            "last_handshake_time_sec=1700000000",
            "last_handshake_time_nsec=5",
            "tx_bytes=180",
            "rx_bytes=92",
            "persistent_keepalive_interval=25",
            "allowed_ip=10.9.0.2/32",
            "some_later_key=1",
            "public_key=" + "ab".repeat(32),
            "preshared_key=" + "01".repeat(32),
            "endpoint=[fe80::1%eth0]:7",
            "errno=0");
    assertThat(device.hasPrivateKey(PrivateKey.of(HexFormat.of().parseHex(OURS)))).isTrue();
    assertThat(device.listenPort()).isEqualTo(51999);
    assertThat(device.mark()).isEqualTo(-1);
    assertThat(device.peers())
        .containsEntry(
            key(K1),
            new DeviceSnapshot.Peer(
                key(K1),
                false,
                Endpoint.literal("192.0.2.1:51820"),
                25,
                Instant.ofEpochSecond(1_700_000_000, 5),
                92,
                180,
                List.of(Prefix.literal("10.9.0.2/32"))))
        .containsEntry(
            key("ab".repeat(32)),
            new DeviceSnapshot.Peer(
                key("ab".repeat(32)),
                true,
                Endpoint.literal("[fe80::1]:7"),
                0,
                null,
                0,
                0,
                List.of()));
  }

  @Test
  void readsAFreshDevice() throws IOException {
    var device = read("listen_port=48197", "errno=0");
    assertThat(device.isUnconfigured()).isTrue();
    assertThat(device.peers()).isEmpty();
  }

  @Test
  void neverPrintsAKey() throws IOException {
    var changes =
        new DeviceChanges(
            PrivateKey.of(HexFormat.of().parseHex(OURS)),
            null,
            null,
            false,
            List.of(PeerChange.upsert(key(K1)).withPresharedKey(new byte[32])));
    assertThat(changes.toString()).doesNotContain("7777", "[B@");
    assertThat(read("private_key=" + OURS).toString()).doesNotContain("7777", "[B@");
  }

  @Test
  void refusesNonsenseWithoutRepeatingIt() {
    for (String line :
        new String[] {
          "nonsense", "private_key=zz", "public_key=7777", "listen_port=x", "endpoint=host:1"
        }) {
      assertThatThrownBy(() -> read(line))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("WireGuard's socket: ")
          .hasMessageNotContaining("7777");
    }
  }

  private static DeviceSnapshot read(String... lines) throws IOException {
    var reader = new UapiText.Reader();
    for (String line : lines) {
      reader.line(line);
    }
    return reader.snapshot();
  }

  private static PublicKey key(String hex) {
    return PublicKey.of(HexFormat.of().parseHex(hex));
  }
}
