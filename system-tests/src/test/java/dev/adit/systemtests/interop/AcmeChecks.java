package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/// Certificates that an authority issues: Pebble, Let's Encrypt's server for tests.
final class AcmeChecks {
  private static final String NAME = "relay.test";
  private static final Duration PATIENCE = Duration.ofSeconds(150);

  private AcmeChecks() {}

  /// For a name, by HTTP-01.
  static void ordersACertificate(EquivalentSite site) throws Exception {
    try (var pebble = start(site, false);
        var relay = relay(site, pebble, NAME, "--acme-challenge=http-01")) {
      await(relay, "certificate_issued");
      assertThat(leaf(site).getIssuerX500Principal().getName()).contains("Pebble");
    }
  }

  /// What is no address is refused by the authority, which so has seen it.
  static void tellsWhereItMayBeWrittenTo(EquivalentSite site) throws Exception {
    try (var pebble = start(site, false)) {
      try (var relay = relay(site, pebble, NAME, "--acme-contact=nobody")) {
        await(relay, "certificate_refused");
      }
      Files.delete(site.folder.resolve("state").resolve("acme").resolve(NAME + ".plan"));
      try (var relay = relay(site, pebble, NAME, "--acme-contact=operator@relay.test")) {
        await(relay, "certificate_issued");
      }
    }
  }

  /// An authority that asks for an account elsewhere, and a certificate for an address.
  static void bindsAnAccountAndOrdersForAnAddress(EquivalentSite site) throws Exception {
    Path key = Files.writeString(site.folder.resolve("eab.key"), Pebble.MAC_KEY + "\n");
    try (var pebble = start(site, true);
        var relay =
            relay(
                site,
                pebble,
                "127.0.0.1",
                "--acme-eab-kid=" + Pebble.KEY_ID,
                "--acme-eab-key-file=" + key)) {
      await(relay, "certificate_issued");
      assertThat(leaf(site).getSubjectAlternativeNames()).containsExactly(List.of(7, "127.0.0.1"));
    }
  }

  private static X509Certificate leaf(EquivalentSite site) throws Exception {
    try (var connection = RelayProcess.tls(site.tcp)) {
      var der = new ByteArrayInputStream(connection.certificates().getFirst());
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(der);
    }
  }

  private static Pebble start(EquivalentSite site, boolean bound) throws Exception {
    String missing = Pebble.missing();
    Assumptions.assumeTrue(missing.isEmpty(), missing);
    return Pebble.start(site.folder, site.http.port(), site.tcp.port(), bound);
  }

  private static RelayProcess relay(EquivalentSite site, Pebble pebble, String host, String... more)
      throws Exception {
    List<String> options =
        new ArrayList<>(List.of("--hostname=" + host, "--acme-http=" + site.http));
    options.addAll(pebble.options());
    options.addAll(List.of(more));
    return site.relay(options.toArray(String[]::new));
  }

  private static void await(RelayProcess relay, String event) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!relay.output().contains(event)) {
      assertThat(System.nanoTime()).as(relay::output).isLessThan(end);
      assertThat(relay.awaitEnd(Duration.ofMillis(100))).as(relay::output).isFalse();
    }
  }
}
