package dev.adit.net.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.wire.Endpoint;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Bytes as `nft --debug=mnl` 1.0.6 shows for the same commands, but for the order of attributes
/// and what `nft` adds for itself; sequence 1.
class NetfilterMessagesTest {
  private static final Endpoint V4 = Endpoint.literal("192.0.2.1:4000");
  private static final Endpoint V6 = Endpoint.literal("[2001:db8::1]:4000");
  private static final String BEGIN = "14000000 1000 0100 01000000 00000000 0000000a";
  private static final String END = "14000000 1100 0100 01000000 00000000 0000000a";
  private static final String TABLE = "0f000100 616469742d6164697430 0000";

  @Test
  void deletesATableInABatchOfOne() {
    assertBytes(
        NetfilterMessages.batch(1, List.of(NetfilterMessages.deleteTable("adit-adit0"))),
        BEGIN + "24000000 020a 0500 01000000 00000000 01000000" + TABLE + END);
  }

  @Test
  void addsAnIpv4SourceForTenSeconds() {
    assertBytes(
        NetfilterMessages.batch(1, List.of(NetfilterMessages.addElement("adit-adit0", V4, 10_000))),
        BEGIN
            + "54000000 0c0a 0504 01000000 00000000 01000000"
            + TABLE
            + "0c000200 70696e6e65643400"
            + "24000380 20000180"
            + "10000180 0c000100 c0000201 0fa00000"
            + "0c000400 0000000000002710"
            + END);
  }

  @Test
  void removesAnIpv6Source() {
    assertBytes(
        NetfilterMessages.batch(1, List.of(NetfilterMessages.deleteElement("adit-adit0", V6))),
        BEGIN
            + "54000000 0e0a 0500 01000000 00000000 01000000"
            + TABLE
            + "0c000200 70696e6e65643600"
            + "24000380 20000180"
            + "1c000180 18000100 20010db8000000000000000000000001 0fa00000"
            + END);
  }

  /// The expressions of `udp dport 51820 ip saddr . udp sport @pinned4 …`.
  @Test
  void dropsMessagesOfWireGuardFromThereOnly() {
    String text =
        HexFormat.of()
            .formatHex(NetfilterMessages.batch(1, NetfilterMessages.install("adit-adit0", 51820)));
    assertThat(text)
        .as("a chain before the filters of the input hook")
        .contains("14000480 0800010000000001 08000200fffffff6".replace(" ", ""))
        .as("meta load nfproto => reg 1; cmp eq reg 1 0x02")
        .contains(
            "09000100 6d65746100000000 14000280 0800010000000001 080002000000000f".replace(" ", ""))
        .contains("0800010000000001 0800020000000000 0c000380 05000100 02000000".replace(" ", ""))
        .as("payload load 2b @ transport header + 2; 51820")
        .contains("08000200 00000002 08000300 00000002 08000400 00000002".replace(" ", ""))
        .contains("06000100 ca6c0000".replace(" ", ""))
        .as("payload load 4b @ network header + 12, 16b @ network header + 8")
        .contains("08000200 00000001 08000300 0000000c 08000400 00000004".replace(" ", ""))
        .contains("08000200 00000001 08000300 00000008 08000400 00000010".replace(" ", ""))
        .as("immediate reg 0 drop")
        .contains("1c000280 0800010000000000 10000280 0c000280 0800010000000000".replace(" ", ""));
  }

  @Test
  void readsSourcesAndWhatTheyLost() throws Exception {
    byte[] message =
        bytes(
            "84000000 0c0a 0200 01000000 00000000 01000001"
                + TABLE
                + "0c000200 70696e6e65643400"
                + "50000380 4c000100"
                + "10000100 0c000100 c0000201 0fa00000"
                + "0c000400 0000000000002710"
                + "2c000700 0c000100 636f756e74657200"
                + "1c000200 0c000100 0000000000000af0 0c000200 000000000000001e"
                + "0c000500 0000000000002328");
    message[0] = (byte) message.length;
    Map<Endpoint, Long> read = new HashMap<>();
    NetfilterMessages.readElements(NetlinkMessage.read(message, 0, message.length), read::put);
    assertThat(read).containsExactly(Map.entry(V4, 30L));
  }

  private static void assertBytes(byte[] actual, String expected) {
    assertThat(HexFormat.of().formatHex(actual)).isEqualTo(expected.replace(" ", ""));
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }
}
