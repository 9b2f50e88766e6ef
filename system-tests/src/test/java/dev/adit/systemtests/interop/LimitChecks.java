package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.crypto.PrivateKey;
import dev.adit.derp.DerpHttpClient;
import dev.adit.derp.DerpOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

/// How much a relay takes from clients, and keeps for them.
final class LimitChecks {
  /// More than the kernel keeps for two ends of a connection on one machine.
  private static final int FLOOD = 600;

  private static final int LARGE = 65_000;

  private LimitChecks() {}

  static void limitsWhatIsRead(EquivalentSite site) throws Exception {
    Path file = site.folder.resolve("limits.json");
    Files.writeString(
        file, "{\"PerClientRateLimitBytesPerSec\":123456,\"PerClientRateBurstBytes\":234567}");
    try (var relay = site.bare(site.development(), "--open", "--receive-limits=" + file)) {
      assertThat(told(site)).contains("123456").contains("234567");
      Files.writeString(file, "{\"PerClientRateLimitBytesPerSec\":654321}");
      relay.signal("HUP");
      TcpChecks.await("the new limit", () -> told(site).contains("654321"));
    }
  }

  /// What a new client hears of its limits.
  private static String told(EquivalentSite site) throws Exception {
    try (var client = client(site)) {
      return client.receive() instanceof Event.Admitted(var info) ? info.toString() : "nothing";
    }
  }

  /// derp §17.17: a client that reads nothing is dropped, and nobody waits for it.
  static void dropsWhoDoesNotRead(EquivalentSite site) throws Exception {
    try (var _ =
            site.bare(
                site.development(), "--open", "--debug-from=127.0.0.1", "--write-timeout=1s");
        var deaf = client(site);
        var sender = client(site)) {
      flood(sender, deaf);
      TcpChecks.await(
          "the end of the deaf one", () -> varz(site).contains("derp_sclient_write_timeouts 1\n"));
    }
  }

  /// The one that measures was started later.
  static void measuresNoRoundTrips(EquivalentSite site) throws Exception {
    var other = new EquivalentSite(Files.createDirectory(site.folder.resolve("measuring")));
    try (var _ = site.bare(site.development(), "--open", "--debug-from=127.0.0.1", "--no-rtt");
        var client = client(site);
        var _ = other.bare(other.development(), "--open", "--debug-from=127.0.0.1");
        var far = client(other)) {
      assertThat(client.receive()).isInstanceOf(Event.Admitted.class);
      assertThat(far.receive()).isInstanceOf(Event.Admitted.class);
      String first = "derp_tcp_rtt{le=\"10ms\"} ";
      TcpChecks.await("a round trip", () -> !varz(other).contains(first + "0\n"));
      assertThat(varz(site)).contains(first + "0\n");
    }
  }

  static void keepsMorePackets(EquivalentSite site) throws Exception {
    try (var _ =
            site.bare(
                site.development(),
                "--open",
                "--debug-from=127.0.0.1",
                "--write-timeout=0",
                "--queue-depth=1000");
        var deaf = client(site);
        var sender = client(site)) {
      flood(sender, deaf);
      TcpChecks.await(
          "all packets", () -> varz(site).contains("derp_packets_received " + FLOOD + "\n"));
      assertThat(varz(site))
          .contains("derp_packets_dropped{reason=\"queue_head\",kind=\"other\"} 0\n");
    }
  }

  private static void flood(DerpHttpClient sender, DerpHttpClient deaf) throws Exception {
    assertThat(deaf.receive()).isInstanceOf(Event.Admitted.class);
    assertThat(sender.receive()).isInstanceOf(Event.Admitted.class);
    for (int i = 0; i < FLOOD; i++) {
      sender.send(deaf.key(), new byte[LARGE]);
    }
  }

  private static DerpHttpClient client(EquivalentSite site) {
    return site.client(PrivateKey.generate(new SecureRandom()), DerpOptions.DEFAULT);
  }

  private static String varz(EquivalentSite site) throws Exception {
    return site.plainGet(site.tcp, "/debug/varz").text();
  }
}
