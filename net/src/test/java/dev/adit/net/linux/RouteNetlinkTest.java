package dev.adit.net.linux;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.net.linux.RouteNetlink.Link;
import dev.adit.net.linux.RouteNetlink.Route;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Against the kernel, each in a namespace of its own.
@NeedsRoot
class RouteNetlinkTest {
  private static final IpAddress V4 = IpAddress.literal("10.9.0.1");
  private static final IpAddress V6 = IpAddress.literal("fd00::1");

  @Test
  void listsLinksAndAddresses() throws Exception {
    inNamespace(netlink -> {
      assertThat(netlink.links())
          .anySatisfy(link -> {
            assertThat(link.name()).isEqualTo("lo");
            assertThat(link.loopback()).isTrue();
            assertThat(link.up()).isTrue();
          });
      assertThat(netlink.addresses())
          .extracting(RouteNetlink.Address::address)
          .contains(IpAddress.literal("127.0.0.1"), IpAddress.literal("::1"));
      assertThat(netlink.link("adit9")).isNull();
    });
  }

  @Test
  void configuresALinkFromUpToGone() throws Exception {
    inNamespace(netlink -> {
      Link link = bridge(netlink);
      assertThat(link.kind()).isEqualTo("bridge");
      netlink.up(link, 1280);
      link = requireNonNull(netlink.link("br9"));
      assertThat(link.up()).isTrue();
      assertThat(link.mtu()).isEqualTo(1280);

      netlink.addAddress(link, V4, 24);
      netlink.addAddress(link, V4, 24);
      netlink.addAddress(link, V6, 64);
      int index = link.index();
      assertThat(netlink.addresses())
          .filteredOn(address -> address.index() == index && address.usable())
          .extracting(address -> address.address() + "/" + address.length())
          .contains("10.9.0.1/24", "fd00::1/64");

      netlink.deleteAddress(link, V4, 24);
      netlink.deleteAddress(link, V4, 24);
      assertThat(netlink.addresses()).extracting(RouteNetlink.Address::address).doesNotContain(V4);

      netlink.delete(link);
      assertThat(netlink.link("br9")).isNull();
    });
  }

  @Test
  void addsFindsAndRemovesItsRoutes() throws Exception {
    inNamespace(netlink -> {
      Link link = bridge(netlink);
      netlink.up(link, 0);
      netlink.addAddress(link, V4, 32);
      netlink.addAddress(link, V6, 128);
      var routes = List.of(Prefix.literal("10.77.0.0/18"), Prefix.literal("fd77::/48"));
      for (Prefix prefix : routes) {
        netlink.addRoute(prefix, link);
        netlink.addRoute(prefix, link);
      }
      assertThat(netlink.ownRoutes())
          .containsExactlyInAnyOrder(
              new Route(routes.get(0), link.index(), 0), new Route(routes.get(1), link.index(), 0));
      assertThat(netlink.routeTo(IpAddress.literal("10.77.1.1")))
          .isEqualTo(new RouteNetlink.RouteTaken(link.index(), V4));
      assertThat(netlink.routeTo(IpAddress.literal("fd77::5")))
          .isEqualTo(new RouteNetlink.RouteTaken(link.index(), V6));
      for (Prefix prefix : routes) {
        netlink.deleteRoute(prefix, link);
        netlink.deleteRoute(prefix, link);
      }
      assertThat(netlink.ownRoutes()).isEmpty();
      assertThat(netlink.routeTo(IpAddress.literal("10.77.1.1"))).isNull();
    });
  }

  @Test
  void changesTheMtuOfRoutes() throws Exception {
    inNamespace(netlink -> {
      Link link = bridge(netlink);
      netlink.up(link, 1420);
      netlink.addAddress(link, V4, 24);
      netlink.addAddress(link, V6, 64);
      var range4 = Prefix.literal("10.9.0.0/24"); // for which the kernel has made routes
      var range6 = Prefix.literal("fd00::/64");
      var host4 = Prefix.literal("10.9.0.7/32");
      var host6 = Prefix.literal("fd00::7/128");
      for (int mtu : new int[] {1380, 1280}) {
        netlink.replaceRoute(range4, link, V4, mtu);
        netlink.replaceRoute(range6, link, null, mtu);
        netlink.replaceRoute(host4, link, V4, 1420);
        netlink.replaceRoute(host6, link, null, 1420);
        assertThat(netlink.ownRoutes())
            .containsExactlyInAnyOrder(
                new Route(range4, link.index(), mtu),
                new Route(range6, link.index(), mtu),
                new Route(host4, link.index(), 1420),
                new Route(host6, link.index(), 1420));
      }
      assertThat(ipRoute("10.9.0.7")).contains("dev br9 src 10.9.0.1 ").contains("mtu 1420");
      assertThat(ipRoute("10.9.0.8")).contains("dev br9 src 10.9.0.1 ").contains("mtu 1280");
      assertThat(ipRoute("fd00::7"))
          .contains("dev br9")
          .contains("src fd00::1")
          .contains("mtu 1420");
      assertThat(ipRoute("fd00::8"))
          .contains("dev br9")
          .contains("src fd00::1")
          .contains("mtu 1280");
      netlink.deleteRoute(host4, link);
      netlink.deleteRoute(host6, link);
      assertThat(ipRoute("10.9.0.7")).contains("mtu 1280");
      assertThat(ipRoute("fd00::7")).contains("mtu 1280");
    });
  }

  private static String ipRoute(String to) throws Exception {
    Process ip = new ProcessBuilder("ip", "-o", "route", "get", to).start();
    String text = new String(ip.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertThat(ip.waitFor()).isZero();
    return text;
  }

  @Test
  void saysWhatFailedWhenTheLinkIsGone() throws Exception {
    inNamespace(netlink -> {
      var gone = new Link(99, "adit9", 1420, false, false, "tun");
      assertThatThrownBy(() -> netlink.up(gone, 0))
          .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.isGone()).isTrue())
          .hasMessage("cannot bring adit9 up: no such interface");
      assertThatThrownBy(() -> netlink.addAddress(gone, V4, 24))
          .hasMessage("cannot add 10.9.0.1/24 to adit9: no such interface");
      netlink.deleteAddress(gone, V4, 24);
      netlink.deleteRoute(Prefix.literal("10.77.0.0/18"), gone);
    });
  }

  @Test
  void listsMoreAddressesThanOneAnswerHolds() throws Exception {
    inNamespace(netlink -> {
      Link link = bridge(netlink);
      for (int i = 0; i < 1500; i++) {
        byte[] address = {10, 8, (byte) (i >> 8), (byte) i};
        netlink.addAddress(link, IpAddress.of(address), 32);
      }
      assertThat(netlink.addresses())
          .filteredOn(address -> address.index() == link.index())
          .hasSize(1500);
    });
  }

  @Test
  void watchTellsOnceAboutABurstOfChanges() throws Exception {
    inNamespace(netlink -> {
      var changes = new Semaphore(0);
      try (var _ = NetworkWatch.start(changes::release)) {
        Link link = bridge(netlink);
        netlink.up(link, 0);
        netlink.addAddress(link, V4, 24);
        assertThat(changes.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
        assertThat(changes.availablePermits()).isZero();
        netlink.delete(link);
        assertThat(changes.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
      }
    });
  }

  @Test
  void watchSurvivesMoreChangesThanItsBufferHolds() throws Exception {
    inNamespace(netlink -> {
      var changes = new Semaphore(0);
      try (var _ = NetworkWatch.start(changes::release)) {
        Link link = bridge(netlink);
        for (int i = 0; i < 3000; i++) {
          netlink.addAddress(link, V4, 24);
          netlink.deleteAddress(link, V4, 24);
        }
        assertThat(changes.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
      }
    });
  }

  /// A bridge is the simplest link to be had everywhere.
  private static Link bridge(RouteNetlink netlink) throws Exception {
    Process ip =
        new ProcessBuilder("ip", "link", "add", "br9", "type", "bridge").inheritIO().start();
    assertThat(ip.waitFor()).isZero();
    return requireNonNull(netlink.link("br9"));
  }

  @FunctionalInterface
  private interface Use {
    void of(RouteNetlink netlink) throws Exception;
  }

  private static void inNamespace(Use use) throws Exception {
    Namespace.run(() -> {
      try (var netlink = RouteNetlink.open()) {
        use.of(netlink);
      }
    });
  }
}
