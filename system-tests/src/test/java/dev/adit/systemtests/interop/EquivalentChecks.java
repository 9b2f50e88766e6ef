package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.crypto.Pem;
import dev.adit.crypto.PrivateKey;
import dev.adit.derp.DerpOptions;
import dev.adit.wire.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// By the name of derper's flag, what to start and what to see.
final class EquivalentChecks {
  /// Starts what has the place of one flag, and looks at it.
  @FunctionalInterface
  interface Check {
    void in(EquivalentSite site) throws Exception;
  }

  static final Map<String, Check> ALL = new LinkedHashMap<>();

  static {
    ALL.put("-a", EquivalentChecks::listens);
    ALL.put("-stun", EquivalentChecks::answersNoStun);
    ALL.put("-stun-port", EquivalentChecks::answersStun);
    ALL.put("-dev", EquivalentChecks::isForDevelopment);
    ALL.put("-version", EquivalentChecks::saysItsVersion);
    ALL.put("-c", EquivalentChecks::takesDerpersKey);
    ALL.put("DERP_DEBUG_LOGS", EquivalentChecks::logsMore);
    ALL.put("-derp", EquivalentChecks::relaysNot);
    ALL.put("-accept-connection-limit", EquivalentChecks::acceptsOnlySoMany);
    ALL.put("-accept-connection-burst", EquivalentChecks::acceptsOnlySoMany);
    ALL.put("-tcp-keepalive-time", TcpChecks::keepsAlive);
    ALL.put("-tcp-user-timeout", TcpChecks::endsADeafConnection);
    ALL.put("-http-port", PageChecks::listensWithoutTls);
    ALL.put("-home", PageChecks::showsAnotherHomePage);
    ALL.put("-bootstrap-dns-names", PageChecks::tellsNames);
    ALL.put("-unpublished-bootstrap-dns-names", PageChecks::tellsAnUnpublishedNameToWhoeverAsks);
    ALL.put("TS_ALLOW_DEBUG_IP", EquivalentChecks::showsDebugPages);
    ALL.put("TS_DEBUG_TRUSTED_CIDRS", EquivalentChecks::showsDebugPages);
    ALL.put("TS_DEBUG_KEY_PATH", EquivalentChecks::showsDebugPagesByKey);
    ALL.put("-verify-clients", VerifyChecks::asksTheDaemon);
    ALL.put("-socket", VerifyChecks::asksTheDaemon);
    ALL.put("-verify-client-url", VerifyChecks::asksTheUrl);
    ALL.put("-verify-client-url-fail-open", VerifyChecks::servesWhileTheUrlIsSilent);
    ALL.put("-mesh-psk-file", MeshChecks::passesPacketsOn);
    ALL.put("-mesh-with", MeshChecks::passesPacketsOn);
    ALL.put("-rate-config", LimitChecks::limitsWhatIsRead);
    ALL.put("-tcp-write-timeout", LimitChecks::dropsWhoDoesNotRead);
    ALL.put("TS_DEBUG_DERP_PER_CLIENT_SEND_QUEUE_DEPTH", LimitChecks::keepsMorePackets);
    ALL.put("DERP_PROBER_DEBUG_LOGS", EquivalentChecks::logsMore);
    ALL.put("TS_DEBUG_VERBOSE_DROPS", EquivalentChecks::logsDrops);
    ALL.put("TS_DERP_DISABLE_RTT_STATS", LimitChecks::measuresNoRoundTrips);
    ALL.put("-certmode letsencrypt", AcmeChecks::ordersACertificate);
    ALL.put("-acme-email", AcmeChecks::tellsWhereItMayBeWrittenTo);
    ALL.put("-acme-eab-kid", AcmeChecks::bindsAnAccountAndOrdersForAnAddress);
    ALL.put("-acme-eab-key", AcmeChecks::bindsAnAccountAndOrdersForAnAddress);
    ALL.put("-acme-ip-certs", AcmeChecks::bindsAnAccountAndOrdersForAnAddress);
    ALL.put("-certmode manual", EquivalentChecks::showsACertificateOfItsFolder);
    ALL.put("-certdir", EquivalentChecks::showsACertificateOfItsFolder);
    ALL.put("-hostname", EquivalentChecks::showsACertificateOfItsFolder);
  }

  private EquivalentChecks() {}

  private static void listens(EquivalentSite site) throws Exception {
    try (var _ = site.relay()) {
      assertThat(site.get("/derp/probe").status()).isEqualTo(200);
    }
  }

  private static void answersNoStun(EquivalentSite site) throws Exception {
    try (var _ = site.relay("--no-stun")) {
      assertThat(EquivalentSite.answersStun(site.udp)).isFalse();
    }
  }

  private static void answersStun(EquivalentSite site) throws Exception {
    try (var _ = site.relay()) {
      assertThat(EquivalentSite.answersStun(site.udp)).isTrue();
    }
  }

  /// The port is another than 3340 only because another test may have that.
  private static void isForDevelopment(EquivalentSite site) throws Exception {
    List<String> options =
        List.of("--dev", "--listen=" + site.tcp, "--no-stun", "--open", "--run-dir=" + site.folder);
    String first;
    try (var _ = site.bare(options)) {
      assertThat(site.plainGet(site.tcp, "/derp/probe").status()).isEqualTo(200);
      first = plainKey(site);
    }
    try (var _ = site.bare(options)) {
      assertThat(plainKey(site)).as("the key of a second start").isNotEqualTo(first);
    }
    assertThat(site.run("relay", "describe", "--dev")).contains("3340");
  }

  private static String plainKey(EquivalentSite site) throws Exception {
    try (var connection = RelayProcess.plain(site.tcp)) {
      return String.valueOf(EquivalentSite.upgrade(connection).header("derp-public-key"));
    }
  }

  private static void saysItsVersion(EquivalentSite site) throws Exception {
    assertThat(site.run("relay", "--version")).startsWith("adit ");
  }

  private static void takesDerpersKey(EquivalentSite site) throws Exception {
    byte[] secret = new byte[32];
    for (int i = 0; i < secret.length; i++) {
      secret[i] = (byte) i;
    }
    Path file = site.folder.resolve("derper.key");
    Files.writeString(file, "{\n  \"PrivateKey\": \"privkey:" + Text.hex(secret) + "\"\n}");
    try (var _ = site.relay("--key-file=" + file)) {
      assertThat(site.keyHex()).isEqualTo(PrivateKey.of(secret).publicKey().toHex());
    }
    Path fresh = site.folder.resolve("new").resolve("fresh.key");
    try (var _ = site.relay("--key-file=" + fresh)) {
      assertThat(fresh).isNotEmptyFile();
    }
  }

  private static void logsMore(EquivalentSite site) throws Exception {
    try (var relay = site.relay("--log-level=debug")) {
      assertThat(site.keyHex()).hasSize(64);
      relay.awaitOutput(" DEBUG ");
    }
  }

  private static void logsDrops(EquivalentSite site) throws Exception {
    var random = new SecureRandom();
    var nobody = PrivateKey.generate(random).publicKey();
    try (var relay = site.bare(site.development(), "--open", "--debug-drops=" + nobody.toHex());
        var client = site.client(PrivateKey.generate(random), DerpOptions.DEFAULT)) {
      assertThat(client.receive()).isInstanceOf(Event.Admitted.class);
      client.send(PrivateKey.generate(random).publicKey(), new byte[8]);
      client.send(nobody, new byte[8]);
      relay.awaitOutput("packets_dropped");
      assertThat(relay.output()).containsOnlyOnce("packets_dropped").contains(nobody.toString());
    }
  }

  private static void relaysNot(EquivalentSite site) throws Exception {
    try (var _ = site.relay("--no-derp")) {
      assertThat(site.get("/derp/probe").status()).isEqualTo(200);
      var answer = site.get("/derp");
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.text()).isEqualTo("derp server disabled\n");
    }
  }

  /// derp §17.21: beyond the limit connections are closed at once, and the next ones are served.
  private static void acceptsOnlySoMany(EquivalentSite site) throws Exception {
    try (var _ = site.relay("--accept-limit=0.5", "--accept-burst=2")) {
      int refused = 0;
      for (int i = 0; i < 6; i++) {
        refused += answers(site) ? 0 : 1;
      }
      assertThat(refused).isPositive();
      TcpChecks.await("the limit to be over", () -> answers(site));
    }
  }

  private static boolean answers(EquivalentSite site) {
    try {
      return site.get("/derp/probe").status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /// derp §17.34: for nobody, unless somebody is named.
  private static void showsDebugPages(EquivalentSite site) throws Exception {
    try (var _ = site.relay()) {
      assertThat(site.get("/debug/varz").text()).doesNotContain("derp_accepts");
    }
    try (var _ = site.relay("--debug-from=192.0.2.0/24")) {
      assertThat(site.get("/debug/varz").status()).isEqualTo(403);
    }
    try (var _ = site.relay("--debug-from=127.0.0.1,192.0.2.0/24")) {
      assertThat(site.get("/debug/varz").text()).contains("derp_accepts 0\n");
      String local = site.run("relay", "debug", "varz", "--run-dir=" + site.folder);
      assertThat(local).contains("derp_accepts 0\n");
    }
  }

  private static void showsDebugPagesByKey(EquivalentSite site) throws Exception {
    Path file = Files.writeString(site.folder.resolve("debug.key"), "sesame+1\n");
    try (var _ = site.relay("--debug-key-file=" + file)) {
      assertThat(site.get("/debug/varz").status()).isEqualTo(403);
      assertThat(site.get("/debug/varz?debugkey=wrong").status()).isEqualTo(403);
      assertThat(site.get("/debug/varz?debugkey=sesame%2B1").status()).isEqualTo(200);
    }
  }

  /// For an address it makes one there, as derper does.
  private static void showsACertificateOfItsFolder(EquivalentSite site) throws Exception {
    Path certificates = site.folder.resolve("certificates");
    String[] options = {"--cert-mode=files", "--cert-dir=" + certificates, "--hostname=127.0.0.1"};
    try (var _ = site.relay(options);
        var connection = RelayProcess.tls(site.tcp)) {
      String pem = Files.readString(certificates.resolve("127.0.0.1.crt"));
      assertThat(Pem.decode(Pem.CERTIFICATE, pem).getFirst())
          .isEqualTo(connection.certificates().getFirst());
    }
  }
}
