package dev.adit.net.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.wire.IpAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@NeedsRoot
class IcmpEchoTest {
  private static final Duration LIMIT = Duration.ofSeconds(5);

  @Test
  void pingsByRawSocketsAndByPingSockets() throws Exception {
    Namespace.run(() -> {
      for (String range : new String[] {"1 0", "0 2147483647"}) {
        Files.writeString(Path.of("/proc/sys/net/ipv4/ping_group_range"), range);
        for (String address : new String[] {"127.0.0.1", "::1"}) {
          try (var echo = IcmpEcho.open(IpAddress.literal(address))) {
            assertThat(echo.ping(56, LIMIT)).as(range + " " + address).isPositive();
            assertThat(echo.ping(1400, LIMIT)).as(range + " " + address).isPositive();
          }
        }
      }
    });
  }

  @Test
  void saysThatThereIsNoRoute() throws Exception {
    Namespace.run(() ->
        assertThatThrownBy(() -> IcmpEcho.open(IpAddress.literal("192.0.2.1")))
            .isInstanceOf(ErrnoException.class)
            .hasMessage("cannot reach 192.0.2.1: network unreachable"));
  }
}
