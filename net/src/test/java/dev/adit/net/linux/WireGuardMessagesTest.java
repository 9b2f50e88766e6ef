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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Generic netlink's family `wireguard`: the vectors of linux-wireguard-control §12.1 (L-1), dumps
/// in parts (L-2), and what no kernel says (L-3). What a kernel says to it is tested on one that
/// has WireGuard.
class WireGuardMessagesTest {
  private static final int FAMILY = 0x1d;
  private static final HexFormat HEX = HexFormat.of();
  private static final PrivateKey KEY = PrivateKey.of(HEX.parseHex("70" + "77".repeat(30) + "70"));
  private static final PublicKey K1 =
      key("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  private static final PublicKey K2 =
      key("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");

  @Test
  void asksForItsFamily() {
    assertBytes(
        WireGuardMessages.family(0),
        "24000000 1000 0500 00000000 00000000 03010000 0e000200 776972656775617264 00 0000");
  }

  @Test
  void asksForADevice() {
    assertBytes(
        WireGuardMessages.read(0, FAMILY, "wg0"),
        "1c000000 1d00 0503 00000000 00000000 00010000 08000200 77673000");
  }

  /// The vector sets a mark as well, which we never do.
  @Test
  void setsADeviceUp() {
    var change =
        new WireGuardChange()
            .privateKey(KEY)
            .listenPort(51820)
            .upsert(
                K1,
                Endpoint.literal("192.0.2.1:51820"),
                List.of(Prefix.literal("10.9.0.2/32"), Prefix.literal("fd00::2/128")));
    assertBytes(
        only(change),
        "e0000000 1d00 0500 00000000 00000000 01010000"
            + "08000200 77673000"
            + "24000300 7077777777777777777777777777777777777777777777777777777777777770"
            + "06000600 6cca 0000"
            + "9800 0880"
            + " 9400 0080"
            + "  24000100 8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"
            + "  14000400 0200 ca6c c0000201 0000000000000000"
            + "  06000500 0000 0000"
            + "  08000300 02000000"
            + "  4800 0980"
            + "   1c00 0080 06000100 0200 0000 08000200 0a090002 05000300 20 000000"
            + "   2800 0080 06000100 0a00 0000 14000200 fd000000000000000000000000000002"
            + "   05000300 80 000000");
  }

  /// The vector has no flags; ours says that an unknown peer is not to be made.
  @Test
  void movesAnEndpoint() {
    assertBytes(
        only(new WireGuardChange().endpoint(K2, Endpoint.literal("[2001:db8::7]:7777"))),
        "70000000 1d00 0500 00000000 00000000 01010000 08000200 77673000 5400 0880 5000 0080"
            + "24000100 de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"
            + "20000400 0a00 1e61 00000000 20010db8000000000000000000000007 00000000"
            + "08000300 04000000");
  }

  @Test
  void removesAPeer() {
    assertBytes(
        only(new WireGuardChange().remove(K2)),
        "50000000 1d00 0500 00000000 00000000 01010000 08000200 77673000 3400 0880 3000 0080"
            + "24000100 de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"
            + "08000300 01000000");
  }

  @Test
  void makesAnInterface() {
    assertBytes(
        RouteMessages.createWireGuard(1, "wg0"),
        "3c000000 1000 0506 01000000 00000000 00000000000000000000000000000000"
            + "08000300 77673000 1400 1280 0e000100 776972656775617264 00 0000");
  }

  /// Whatever was asked for is what a kernel would have that carried it out: 600 peers, and one
  /// that is allowed 2,000 addresses, in requests that are not too long.
  @Test
  void manyPeersAreSetAndReadInParts() throws IOException {
    var random = new Random(7);
    var change = new WireGuardChange().privateKey(KEY).listenPort(7).replacePeers();
    List<WireGuardState.Peer> wanted = new ArrayList<>();
    for (int i = 0; i <= 600; i++) {
      PublicKey key = PrivateKey.generate(random).publicKey();
      List<Prefix> allowed = new ArrayList<>();
      for (int j = 0; j < (i == 300 ? 2_000 : 1 + i % 3); j++) {
        byte[] address = new byte[j % 2 == 0 ? 16 : 4];
        random.nextBytes(address);
        allowed.add(Prefix.host(IpAddress.of(address)));
      }
      var endpoint = Endpoint.literal("192.0.2." + (1 + i % 200) + ":" + (1 + i));
      change.upsert(key, endpoint, allowed);
      wanted.add(new WireGuardState.Peer(key, endpoint, allowed, 0, 0, 0));
    }
    List<NetlinkMessage> sent = new ArrayList<>();
    for (var request : WireGuardMessages.change(FAMILY, "wg0", change)) {
      byte[] bytes = request.apply(sent.size());
      assertThat(bytes.length).isLessThan(WireGuardMessages.MAX_BYTES + 200);
      sent.add(NetlinkMessage.read(bytes, 0, bytes.length));
    }
    // A request has the same attributes as an answer.
    WireGuardState state = KernelReading.of(sent);
    assertThat(state.ownKey()).isEqualTo(KEY.publicKey());
    assertThat(state.listenPort()).isEqualTo(7);
    assertThat(state.peers()).isEqualTo(wanted);
    assertThat(sent).hasSizeGreaterThan(5);
    assertThat(sent.getFirst().attributeU32(4, 5, 0)).as("replace peers").isEqualTo(1);
    for (NetlinkMessage later : sent.subList(1, sent.size())) {
      assertThat(later.attribute(4, 3)).as("private key").isNull();
      assertThat(later.attributeU32(4, 5, 0)).as("replace peers").isZero();
    }
    assertThat(replacements(sent)).isEqualTo(601);
  }

  /// How often a peer's allowed IPs are to be replaced: once each, or the parts would undo each
  /// other.
  private static int replacements(List<NetlinkMessage> sent) throws IOException {
    var keys = new HashSet<PublicKey>();
    int[] count = {0};
    for (NetlinkMessage message : sent) {
      byte[] peers = message.attribute(4, 8);
      NetlinkMessage.each(
          peers == null ? new byte[0] : peers,
          (_, data) -> {
            byte[] flags = NetlinkMessage.attribute(data, 0, data.length, 3);
            if (flags != null && flags[0] == 2) {
              count[0]++;
              keys.add(
                  PublicKey.of(requireNonNull(NetlinkMessage.attribute(data, 0, data.length, 1))));
            }
          });
    }
    assertThat(keys).hasSize(count[0]);
    return count[0];
  }

  /// L-2: the device's own attributes are repeated, and a peer goes on in the next two messages.
  @Test
  void aDumpInPartsIsOneReading() throws IOException {
    String device = "24000300" + "70" + "77".repeat(30) + "70" + "06000600 6cca 0000";
    String first =
        peer(
            "24000100"
                + HEX.formatHex(K1.bytes())
                + "14000400 0200 ca6c c0000201 0000000000000000"
                + "14000600 8000000000000000 0500000000000000"
                + "0c000700 0001000000000000"
                + "0c000800 0000010000000000"
                + allowed("0a090001"));
    String second = peer("24000100" + HEX.formatHex(K1.bytes()) + allowed("0a090002"));
    String third =
        peer("24000100" + HEX.formatHex(K1.bytes()) + allowed("0a090003"))
            + peer("24000100" + HEX.formatHex(K2.bytes()));
    WireGuardState state =
        KernelReading.of(
            List.of(part(device + peers(first)), part(device + peers(second)), part(peers(third))));
    assertThat(state.listenPort()).isEqualTo(51820);
    assertThat(state.ownKey()).isEqualTo(KEY.publicKey());
    assertThat(state.peers())
        .containsExactly(
            new WireGuardState.Peer(
                K1,
                Endpoint.literal("192.0.2.1:51820"),
                List.of(
                    Prefix.literal("10.9.0.1/32"),
                    Prefix.literal("10.9.0.2/32"),
                    Prefix.literal("10.9.0.3/32")),
                128,
                256,
                65_536),
            new WireGuardState.Peer(K2, null, List.of(), 0, 0, 0));
  }

  /// L-3: what does not fit is an error; what is not known is passed over.
  @Test
  void whatNoKernelSaysIsRefused() throws IOException {
    assertThat(KernelReading.of(List.of(part("08006300 01020304"))).peers()).isEmpty();
    for (String odd :
        List.of(
            "03000300 00000000", // shorter than its own header
            "ff000300 00000000", // longer than the message
            "08000300 00000000", // a key of four bytes
            "05000600 07000000", // half a port
            peers(peer("")), // nobody
            peers(peer("24000100" + "11".repeat(32) + "08000400 00000000")), // no endpoint
            peers(peer("24000100" + "11".repeat(32) + "08000700 00000000")), // half a counter
            peers(peer("24000100" + "11".repeat(32) + allowed(""))),
            peers(peer("24000100" + "11".repeat(32) + allowed("0a0900"))))) {
      assertThatThrownBy(() -> KernelReading.of(List.of(part(odd))))
          .as(odd)
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("netlink: ");
    }
  }

  private static String peers(String elements) {
    return nested(8, elements);
  }

  private static String peer(String attributes) {
    return nested(0, attributes);
  }

  /// An allowed address of 32 bits.
  private static String allowed(String address) {
    return nested(9, nested(0, "06000100 02000000" + attribute(2, address) + "05000300 20000000"));
  }

  private static String nested(int type, String content) {
    return attribute(type | 0x8000, content);
  }

  private static String attribute(int type, String content) {
    byte[] data = HEX.parseHex(content.replace(" ", ""));
    return HEX.formatHex(new NetlinkWriter(0, 0, 0).attribute(type, data).message()).substring(32);
  }

  private static NetlinkMessage part(String attributes) throws IOException {
    byte[] bytes =
        new NetlinkWriter(FAMILY, 2, 0)
            .u8s(0, 1, 0, 0)
            .attributes(HEX.parseHex(attributes.replace(" ", "")))
            .message();
    return NetlinkMessage.read(bytes, 0, bytes.length);
  }

  private static byte[] only(WireGuardChange change) {
    var requests = WireGuardMessages.change(FAMILY, "wg0", change);
    assertThat(requests).hasSize(1);
    return requests.getFirst().apply(0);
  }

  private static PublicKey key(String hex) {
    return PublicKey.of(HEX.parseHex(hex));
  }

  private static void assertBytes(byte[] found, String expected) {
    assertThat(HEX.formatHex(found)).isEqualTo(expected.replace(" ", ""));
  }
}
