package dev.adit.net.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.net.linux.RouteNetlink.Link;
import dev.adit.wire.Prefix;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NetlinkMessageTest {
  @Test
  void readsALinkAndSkipsAttributesItDoesNotKnow() throws IOException {
    NetlinkMessage message =
        message(
            "4c000000 1000 0200 07000000 00000000 0000feff 05000000 51000000 00000000"
                + "05007a00 01000000" // unknown, padded
                + "0a000300 61646974 30000000" // adit0
                + "08000400 8c050000"
                + "10001280 08000100 74756e00 05000200"); // LINKINFO, kind tun, then a cut one
    assertThat(RouteNetlink.readLink(message))
        .isEqualTo(new Link(5, "adit0", 1420, true, false, "tun"));
  }

  @Test
  void refusesMessagesAndAttributesThatDoNotFit() throws IOException {
    assertThatThrownBy(() -> message("11000000 1000 0000 00000000 00000000"))
        .hasMessageContaining("netlink: message of 17 bytes where 16 are");
    assertThatThrownBy(() -> message("0f000000 1000 0000 00000000 00000000"))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> message("10000000")).isInstanceOf(IOException.class);
    NetlinkMessage shortAttribute =
        message("18000000 1000 0000 00000000 00000000 03000100 00000000");
    assertThatThrownBy(() -> shortAttribute.attribute(0, 1))
        .hasMessageContaining("attribute of 3 bytes");
    NetlinkMessage longAttribute =
        message("18000000 1000 0000 00000000 00000000 09000200 00000000");
    assertThatThrownBy(() -> longAttribute.attribute(0, 1))
        .hasMessageContaining("attribute of 9 bytes where 8 are");
  }

  @Test
  void passesOverAddressesWhosePrefixIsLongerThanTheyAre() throws IOException {
    String address = "20000000 1400 0200 07000000 00000000 02%s0000 05000000 08000200 0a4d0002";
    var good = RouteNetlink.readAddress(message(address.formatted("20")));
    assertThat(good == null ? -1 : good.length()).isEqualTo(32);
    assertThat(RouteNetlink.readAddress(message(address.formatted("21")))).isNull();
  }

  @Test
  void refusesRoutesWhoseAddressIsNone() throws IOException {
    String route = " 1800 0000 00000000 00000000 02%s0000 fec8fd01 00000000 ";
    var good = message("24000000" + route.formatted("08") + "08000100 0a000000");
    assertThat(RouteNetlink.readOwnRoute(good))
        .isEqualTo(new RouteNetlink.Route(Prefix.literal("10.0.0.0/8"), 0, 0));
    var tooLong = message("24000000" + route.formatted("21") + "08000100 0a000000");
    assertThatThrownBy(() -> RouteNetlink.readOwnRoute(tooLong))
        .hasMessage("netlink: prefix length 33 of 10.0.0.0");
    var tooShort = message("23000000" + route.formatted("08") + "07000100 0a0000");
    assertThatThrownBy(() -> RouteNetlink.readOwnRoute(tooShort))
        .hasMessage("netlink: address of 3 bytes, needs 4 or 16");
    var source = message("23000000" + route.formatted("08") + "07000700 0a0000");
    assertThatThrownBy(() -> RouteNetlink.readRouteTaken(source)).isInstanceOf(IOException.class);
  }

  @Test
  void readsAnyBytesOrRefusesThem() {
    var random = new Random(42);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[16 + random.nextInt(64)];
      random.nextBytes(bytes);
      bytes[0] = (byte) random.nextInt(80);
      bytes[1] = 0;
      bytes[2] = 0;
      bytes[3] = 0;
      try {
        NetlinkMessage message = NetlinkMessage.read(bytes, 0, bytes.length);
        RouteNetlink.readLink(message);
        RouteNetlink.readAddress(message);
      } catch (IOException e) {
        assertThat(e).hasMessageStartingWith("netlink: ");
      }
    }
  }

  private static NetlinkMessage message(String hex) throws IOException {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    return NetlinkMessage.read(bytes, 0, bytes.length);
  }
}
