package dev.adit.net.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.wire.Endpoint;
import dev.adit.wire.Prefix;
import dev.adit.wire.Text;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

class WireGuardUapiTest {
  private static final PrivateKey OWN = PrivateKey.of(filled(7));
  private static final PublicKey PEER = PrivateKey.of(filled(9)).publicKey();

  @TempDir Path folder;

  @Test
  void writesAChangeInTheOrderWireGuardNeeds() throws Exception {
    var change =
        new WireGuardChange()
            .privateKey(OWN)
            .listenPort(51999)
            .replacePeers()
            .upsert(
                PEER,
                Endpoint.literal("192.0.2.1:51820"),
                List.of(Prefix.literal("10.9.0.2/32"), Prefix.literal("fd00::2/128")));
    assertThat(UapiText.request(change))
        .isEqualTo(
            "set=1\nprivate_key="
                + Text.hex(OWN.bytes())
                + "\nlisten_port=51999\nreplace_peers=true\npublic_key="
                + PEER.toHex()
                + "\nendpoint=192.0.2.1:51820\npersistent_keepalive_interval=0\n"
                + "replace_allowed_ips=true\nallowed_ip=10.9.0.2/32\nallowed_ip=fd00::2/128\n\n");
    assertThat(
            UapiText.request(new WireGuardChange().endpoint(PEER, Endpoint.literal("[fd00::1]:1"))))
        .endsWith(PEER.toHex() + "\nupdate_only=true\nendpoint=[fd00::1]:1\n\n");
    assertThat(UapiText.request(new WireGuardChange().remove(PEER)))
        .endsWith(PEER.toHex() + "\nremove=true\n\n");
  }

  @Test
  void refusesAReplyOfMoreThan16MiB() throws Exception {
    Path socket = folder.resolve("wg.sock");
    try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(socket));
      var server =
          Thread.ofVirtual()
              .start(() -> {
                try (var peer = listener.accept()) {
                  var bytes = ByteBuffer.wrap(new byte[WireGuardUapi.MAX_REPLY + 1]);
                  while (bytes.hasRemaining()) {
                    peer.write(bytes);
                  }
                } catch (IOException e) {
                  // the reader has gone
                }
              });
      try (var device = WireGuardUapi.open("wg", socket)) {
        assertThatThrownBy(device::read)
            .hasMessage("wg: WireGuard's reply is longer than 16777216 bytes");
      }
      server.join();
    }
  }

  @Test
  void readsAReplyThatWasCutOffAndRefusesNumbersOutOfRange() throws Exception {
    assertThat(UapiText.parse("listen_port=5\nlisten_po").listenPort()).isEqualTo(5);
    assertThat(UapiText.parse("listen_port=5\nlisten_port=9").listenPort()).isEqualTo(5);
    for (String line : new String[] {"listen_port=65536", "listen_port=-1", "rx_bytes=x"}) {
      assertThatThrownBy(() -> UapiText.parse(line + "\n"))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("WireGuard's reply: not a number from 0 to ");
    }
  }

  @Test
  void readsAReplyAndSkipsWhatItDoesNotKnow() throws Exception {
    String reply =
        "private_key="
            + Text.hex(OWN.bytes())
            + "\nlisten_port=51999\npublic_key="
            + PEER.toHex()
            + "\npreshared_key="
            + "00".repeat(32)
            + "\nprotocol_version=1\nendpoint=192.0.2.1:51820\nlast_handshake_time_sec=12\n"
            + "last_handshake_time_nsec=5\ntx_bytes=148\nrx_bytes=92\nsomething_new=1\n"
            + "allowed_ip=10.9.0.2/32\nallowed_ip=fd00::2/128\nerrno=0\n\n";
    WireGuardState state = UapiText.parse(reply);
    assertThat(state.ownKey()).isEqualTo(OWN.publicKey());
    assertThat(state.listenPort()).isEqualTo(51999);
    assertThat(state.peers())
        .containsExactly(
            new WireGuardState.Peer(
                PEER,
                Endpoint.literal("192.0.2.1:51820"),
                List.of(Prefix.literal("10.9.0.2/32"), Prefix.literal("fd00::2/128")),
                12,
                92,
                148));
    assertThat(UapiText.errno(reply)).isZero();
    assertThat(UapiText.errno("errno=-22\n\n")).isEqualTo(-22);
  }

  @Test
  void refusesARubbishReply() {
    for (String bad : new String[] {"public_key=zz\nerrno=0\n\n", "listen_port=x\nerrno=0\n\n"}) {
      assertThatThrownBy(() -> UapiText.parse(bad)).isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> UapiText.errno("nothing\n\n")).isInstanceOf(IOException.class);
  }

  @Test
  void choosesTheNewestWireGuardGo() throws Exception {
    Path old = program("old", "wireguard-go", "wireguard-go v0.0.20220316");
    Path newer = program("new", "wireguard", "wireguard-go v0.0.20250522");
    program("other", "wireguard", "some other program");
    String path = folder.resolve("other") + ":" + old.getParent() + ":" + newer.getParent();
    assertThat(WireGuardGo.version(newer)).isEqualTo("0.0.20250522");
    assertThat(WireGuardGo.version(old)).isLessThan(WireGuardGo.version(newer));
    assertThat(WireGuardGo.isOld("wireguard-go " + WireGuardGo.version(old))).isTrue();
    assertThat(WireGuardGo.isOld("wireguard-go " + WireGuardGo.version(newer))).isFalse();
    assertThat(WireGuardGo.isOld("wireguard-go")).isFalse(); // it did not say
    assertThat(WireGuardGo.isOld("kernel")).isFalse();
    assertThat(WireGuardGo.find(path)).isNotNull().isNotEqualTo(old);
  }

  @Test
  @EnabledIf("canMakeTunnels")
  void configuresARealWireGuardGo() throws Exception {
    String name = "adt" + ProcessHandle.current().pid() % 100_000;
    Path log = folder.resolve("wireguard-go.log");
    Path program = WireGuardGo.find(System.getenv("PATH"));
    assertThat(program).isNotNull();
    Path wrapper = folder.resolve("in-a-namespace");
    Files.writeString(wrapper, "#!/bin/sh\nexec unshare -n " + program + " \"$@\"\n");
    Files.setPosixFilePermissions(wrapper, PosixFilePermissions.fromString("rwx------"));
    try (var running = WireGuardGo.start(wrapper, name, log);
        var device = running.device(name, Clock.SYSTEM)) {
      device.apply(
          new WireGuardChange()
              .privateKey(OWN)
              .listenPort(0)
              .upsert(
                  PEER,
                  Endpoint.literal("127.0.0.1:10001"),
                  List.of(Prefix.literal("10.9.0.2/32"))));
      WireGuardState state = device.read();
      long end = Clock.SYSTEM.nanos() + 2_000_000_000L;
      while (state.listenPort() == 0 && Clock.SYSTEM.nanos() < end) {
        state = device.read(); // it may not have noticed yet that its link is up
      }
      assertThat(state.ownKey()).isEqualTo(OWN.publicKey());
      assertThat(state.listenPort()).isPositive();
      assertThat(state.peers()).singleElement().returns(PEER, WireGuardState.Peer::key);

      assertThatThrownBy(() -> device.apply(new WireGuardChange().keepalive(PEER, 70_000)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(name);
      device.apply(new WireGuardChange().remove(PEER));
      assertThat(device.read().peers()).isEmpty();
    }
    assertThat(WireGuardUapi.socketOf(name)).doesNotExist();
  }

  static boolean canMakeTunnels() {
    boolean can =
        "root".equals(System.getProperty("user.name"))
            && Files.isWritable(Path.of("/dev/net/tun"))
            && WireGuardGo.find(System.getenv("PATH")) != null;
    if (!can) {
      System.err.println("skipped: needs root, /dev/net/tun and wireguard-go");
    }
    return can;
  }

  private Path program(String sub, String name, String words) throws IOException {
    Path file = Files.createDirectories(folder.resolve(sub)).resolve(name);
    Files.writeString(file, "#!/bin/sh\necho '" + words + "'\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    return file;
  }

  private static byte[] filled(int value) {
    byte[] bytes = new byte[32];
    java.util.Arrays.fill(bytes, (byte) value);
    return bytes;
  }
}
