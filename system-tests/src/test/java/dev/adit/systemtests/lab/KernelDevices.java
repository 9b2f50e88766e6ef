package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.cli.lab.Outcome;
import dev.adit.net.linux.ErrnoException;
import dev.adit.net.linux.RouteNetlink;
import dev.adit.net.linux.WireGuardChange;
import dev.adit.net.linux.WireGuardNetlink;
import java.io.IOException;
import java.net.BindException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.assertj.core.api.ThrowingConsumer;

/// The kernel's own WireGuard: the suite of all devices, and the kernel's own errors. Inside the
/// virtual machine, see [KernelRun].
final class KernelDevices {
  private static final String NAME = "kernel0";

  private KernelDevices() {}

  static void run() throws IOException {
    try (RouteNetlink routes = RouteNetlink.open()) {
      routes.createWireGuard(NAME);
      try (WireGuardNetlink device = WireGuardNetlink.open(NAME)) {
        assertThat(device.read().ownKey()).isNull();
        DeviceSuite.run(device);
        saysWhatIsWrong(routes);
      } finally {
        routes.delete(Objects.requireNonNull(routes.link(NAME)));
      }
      assertThat(routes.link(NAME)).isNull();
    }
  }

  /// L-5.
  private static void saysWhatIsWrong(RouteNetlink routes) throws IOException {
    assertThatThrownBy(() -> routes.createWireGuard(NAME)).satisfies(is(ErrnoException.EEXIST));
    assertThatThrownBy(() -> read("nowhere")).satisfies(is(ErrnoException.ENODEV));
    assertThatThrownBy(() -> read("lo")).satisfies(is(ErrnoException.EOPNOTSUPP));

    routes.up(Objects.requireNonNull(routes.link(NAME)), 1_280);
    routes.createWireGuard("kernel1");
    try (WireGuardNetlink second = WireGuardNetlink.open("kernel1")) {
      RouteNetlink.Link link = Objects.requireNonNull(routes.link("kernel1"));
      second.apply(new WireGuardChange().listenPort(7_777)); // noted, as the link is down
      assertThatThrownBy(() -> routes.up(link, 0)).satisfies(is(ErrnoException.EADDRINUSE));
      second.apply(new WireGuardChange().listenPort(0));
      routes.up(link, 0);
      assertThat(second.read().listenPort()).isPositive();
      assertThatThrownBy(() -> second.apply(new WireGuardChange().listenPort(7_777)))
          .isInstanceOf(BindException.class);
      routes.delete(link);
    }

    Outcome refused = readWith("--bounding-set", "-net_admin", "--inh-caps", "-net_admin");
    assertThat(refused.status()).as(refused.output()).isEqualTo(ErrnoException.EPERM);
    assertThat(refused.output()).contains("run as root or grant CAP_NET_ADMIN");
    String rights = "+net_admin,+dac_read_search"; // the second to find our class files
    Outcome granted = readWith("--reuid", "65534", "--inh-caps", rights, "--ambient-caps", rights);
    assertThat(granted.status()).as(granted.output()).isZero();
  }

  private static ThrowingConsumer<Throwable> is(int errno) {
    return thrown ->
        assertThat(thrown)
            .isInstanceOfSatisfying(
                ErrnoException.class, failed -> assertThat(failed.errno()).isEqualTo(errno));
  }

  private static void read(String name) throws IOException {
    try (WireGuardNetlink other = WireGuardNetlink.open(name)) {
      var _ = other.read();
    }
  }

  /// Reads the device with other rights.
  private static Outcome readWith(String... rights) throws IOException {
    List<String> command = new ArrayList<>(List.of("setpriv"));
    command.addAll(List.of(rights));
    command.addAll(SwarmProcess.java(KernelDevice.class));
    command.add(NAME);
    return Outcome.of(command);
  }
}
