package dev.adit.net.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.Prefix;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WholePeersTest {
  private static final Random RANDOM = new Random(3);
  private static final PrivateKey OWN = PrivateKey.generate(RANDOM);
  private static final PublicKey ANN = PrivateKey.generate(RANDOM).publicKey();
  private static final PublicKey BEN = PrivateKey.generate(RANDOM).publicKey();
  private static final PublicKey NEW = PrivateKey.generate(RANDOM).publicKey();
  private static final Endpoint ONE = Endpoint.literal("127.0.0.1:10001");
  private static final Endpoint TWO = Endpoint.literal("127.0.0.1:10002");
  private static final Prefix A = Prefix.literal("10.0.0.1/32");
  private static final Prefix B = Prefix.literal("10.0.0.2/32");
  private static final WireGuardState STATE =
      new WireGuardState(
          OWN.publicKey(),
          7,
          List.of(
              new WireGuardState.Peer(ANN, ONE, List.of(A), 5, 6, 7),
              new WireGuardState.Peer(BEN, TWO, List.of(B), 5, 6, 7)));

  @Test
  void leavesAloneWhatIsAsWanted() {
    List<WireGuardChange> parts =
        WholePeers.of(
            new WireGuardChange()
                .upsert(ANN, ONE, List.of(A))
                .endpoint(BEN, TWO)
                .keepalive(BEN, 25)
                .endpoint(NEW, ONE)
                .remove(NEW)
                .upsert(OWN.publicKey(), ONE, List.of()),
            STATE);
    assertThat(parts).allMatch(WireGuardChange::isEmpty);
  }

  @Test
  void removesAPeerAndAddsItAsItIsToBe() {
    List<WireGuardChange> parts = WholePeers.of(new WireGuardChange().endpoint(ANN, TWO), STATE);
    assertThat(UapiText.request(parts.getFirst()))
        .isEqualTo("set=1\npublic_key=" + ANN.toHex() + "\nremove=true\n\n");
    assertThat(UapiText.request(parts.getLast()))
        .isEqualTo(
            "set=1\npublic_key="
                + ANN.toHex()
                + "\nendpoint=127.0.0.1:10002\nreplace_allowed_ips=true\nallowed_ip=10.0.0.1/32\n\n");
  }

  @Test
  void givesAPrefixToWhoGotItLast() {
    List<WireGuardChange> parts =
        WholePeers.of(new WireGuardChange().listenPort(9).upsert(NEW, ONE, List.of(A)), STATE);
    assertThat(parts.getFirst().listenPort).isEqualTo(9);
    assertThat(parts.getFirst().peers).extracting(peer -> peer.key()).containsExactly(ANN);
    assertThat(parts.getLast().peers)
        .extracting(peer -> peer.key() + " " + peer.allowedIps())
        .containsExactly(ANN + " []", NEW + " [" + A + "]");
  }

  @Test
  void keepsOfAllPeersOnlyThoseNamed() {
    List<WireGuardChange> parts =
        WholePeers.of(new WireGuardChange().replacePeers().upsert(BEN, TWO, List.of(B)), STATE);
    assertThat(parts.getFirst().replacePeers).isFalse();
    assertThat(parts.getFirst().peers).extracting(peer -> peer.key()).containsExactly(ANN);
    assertThat(parts.getLast().isEmpty()).isTrue();
  }
}
