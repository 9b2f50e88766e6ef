package dev.adit.net.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// The vectors of linux-wireguard-control §12.2: sequence 1, interface 2.
class RouteMessagesTest {
  @Test
  void bringsALinkUp() {
    assertBytes(
        RouteMessages.linkUp(1, 2, 0),
        "20000000 1000 0500 01000000 00000000 00000000 02000000 01000000 01000000");
    assertBytes(
        RouteMessages.linkUp(1, 2, 1280),
        "28000000 1000 0500 01000000 00000000 00000000 02000000 01000000 01000000"
            + "08000400 00050000");
  }

  @Test
  void deletesALink() {
    assertBytes(
        RouteMessages.deleteLink(1, 2),
        "20000000 1100 0500 01000000 00000000 00000000 02000000 00000000 00000000");
  }

  @Test
  void addsAnIpv4Address() {
    assertBytes(
        RouteMessages.addAddress(1, 2, IpAddress.literal("10.9.0.1"), 24),
        "28000000 1400 0506 01000000 00000000 02180000 02000000"
            + "08000200 0a090001 08000100 0a090001");
  }

  @Test
  void addsAnIpv6AddressWithoutDuplicateDetection() {
    assertBytes(
        RouteMessages.addAddress(1, 2, IpAddress.literal("fd00::1"), 64),
        "48000000 1400 0506 01000000 00000000 0a400200 02000000"
            + "14000200 fd000000000000000000000000000001"
            + "14000100 fd000000000000000000000000000001"
            + "08000800 02000000");
  }

  @Test
  void addsARouteOfADevice() {
    // The vector has protocol 3; ours is 200.
    assertBytes(
        RouteMessages.addRoute(1, Prefix.literal("10.9.9.0/24"), 2, 3),
        "2c000000 1800 0506 01000000 00000000 02180000 fe03fd01 00000000"
            + "08000100 0a090900 08000400 02000000");
  }

  @Test
  void putsARouteWithAnMtuInThePlaceOfAnother() {
    assertBytes(
        RouteMessages.replaceRoute(
            1, Prefix.literal("10.9.9.0/24"), 2, 3, IpAddress.literal("10.9.9.1"), 1280),
        "40000000 1800 0505 01000000 00000000 02180000 fe03fd01 00000000"
            + "08000100 0a090900 08000400 02000000 08000700 0a090901 0c000880 08000200 00050000");
  }

  @Test
  void leavesTheDestinationOutOfADefaultRoute() {
    assertBytes(
        RouteMessages.addRoute(1, Prefix.literal("0.0.0.0/0"), 2, 3),
        "24000000 1800 0506 01000000 00000000 02000000 fe03fd01 00000000 08000400 02000000");
  }

  @Test
  void looksUpARoute() {
    assertBytes(
        RouteMessages.routeTo(1, IpAddress.literal("10.9.9.7")),
        "24000000 1a00 0100 01000000 00000000 02200000 00000000 00000000 08000100 0a090907");
  }

  @Test
  void padsNamesToFourBytes() {
    assertBytes(
        RouteMessages.linkNamed(1, "wg0"),
        "28000000 1200 0500 01000000 00000000 00000000 00000000 00000000 00000000"
            + "08000300 77673000");
  }

  private static void assertBytes(byte[] found, String expected) {
    assertThat(HexFormat.of().formatHex(found)).isEqualTo(expected.replace(" ", ""));
  }
}
