package dev.adit.net.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.net.linux.Interfaces.Exclusions;
import dev.adit.net.linux.RouteNetlink.Address;
import dev.adit.net.linux.RouteNetlink.Link;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import java.util.List;
import org.junit.jupiter.api.Test;

class InterfacesTest {
  private static final List<Link> LINKS =
      List.of(
          new Link(1, "lo", 65536, true, true, ""),
          new Link(2, "eth0", 1500, true, false, ""),
          new Link(3, "docker0", 1500, true, false, "bridge"),
          new Link(4, "adit0", 1420, true, false, "tun"),
          new Link(5, "eth1", 1500, false, false, ""));
  private static final Exclusions OURS =
      new Exclusions(List.of("adit0"), List.of(Prefix.literal("10.77.0.0/18")), false);

  @Test
  void leavesOutWhatNobodyElseCanReach() {
    assertThat(
            offered(
                at(1, "127.0.0.1"),
                at(2, "169.254.1.1"),
                at(2, "fe80::1"),
                at(3, "172.17.0.1"),
                at(4, "192.168.99.1"),
                at(2, "10.77.1.1"),
                at(5, "192.168.5.1"),
                at(9, "192.168.9.1"),
                at(2, "192.168.1.5")))
        .containsExactly("192.168.1.5");
  }

  @Test
  void leavesOutDeprecatedAndTentativeAddresses() {
    var old = new Address(2, IpAddress.literal("2001:db8::1"), 64, false, false);
    assertThat(offered(old, at(2, "2001:db8::2"))).containsExactly("2001:db8::2");
  }

  @Test
  void offersContainersIfAsked() {
    var all = new Exclusions(List.of(), List.of(), true);
    assertThat(Interfaces.select(LINKS, List.of(at(3, "172.17.0.1")), all, null, null))
        .containsExactly(IpAddress.literal("172.17.0.1"));
  }

  @Test
  void offersOneStableAndOneTemporaryGlobalIpv6AddressAndEveryUla() {
    assertThat(
            offered(
                at(2, "2001:db8::1"),
                at(2, "2001:db8::2"),
                temporary("2001:db8::a"),
                temporary("2001:db8::b"),
                at(2, "fd01::1"),
                at(2, "fd02::1")))
        .containsExactly("2001:db8::1", "2001:db8::a", "fd01::1", "fd02::1");
  }

  @Test
  void putsTheAddressTowardTheInternetFirst() {
    var addresses =
        List.of(
            at(2, "192.168.1.5"),
            at(2, "192.168.1.6"),
            at(2, "2001:db8::1"),
            temporary("2001:db8::a"),
            temporary("2001:db8::b"));
    assertThat(
            Interfaces.select(
                    LINKS,
                    addresses,
                    OURS,
                    IpAddress.literal("192.168.1.6"),
                    IpAddress.literal("2001:db8::b"))
                .stream()
                .map(IpAddress::toString))
        .containsExactly("2001:db8::b", "192.168.1.6", "192.168.1.5", "2001:db8::1");
  }

  private static List<String> offered(Address... addresses) {
    return Interfaces.select(LINKS, List.of(addresses), OURS, null, null).stream()
        .map(IpAddress::toString)
        .toList();
  }

  private static Address at(int index, String address) {
    return new Address(index, IpAddress.literal(address), 24, false, true);
  }

  private static Address temporary(String address) {
    return new Address(2, IpAddress.literal(address), 64, true, true);
  }
}
