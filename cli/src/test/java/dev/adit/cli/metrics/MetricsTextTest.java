package dev.adit.cli.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.agent.Agent;
import dev.adit.agent.AgentConfig;
import dev.adit.agent.DataMode;
import dev.adit.agent.FakeTunnel;
import dev.adit.agent.Helper;
import dev.adit.agent.HelperConfig;
import dev.adit.cli.Words;
import dev.adit.coordinator.Coordinator;
import dev.adit.coordinator.CoordinatorConfig;
import dev.adit.core.admission.OpenAdmission;
import dev.adit.crypto.SigningKey;
import dev.adit.net.Clock;
import dev.adit.net.certificates.CertificateCounters;
import dev.adit.net.dns.DnsLookup;
import dev.adit.net.frontdoor.FrontDoor;
import dev.adit.net.frontdoor.FrontDoorConfig;
import dev.adit.net.frontdoor.RequestRoutes;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.local.LocalClient;
import dev.adit.net.local.LocalLimits;
import dev.adit.net.local.LocalServer;
import dev.adit.net.metrics.Metric;
import dev.adit.net.metrics.MetricsFormat;
import dev.adit.net.metrics.Readings;
import dev.adit.relay.Relay;
import dev.adit.relay.RelayConfig;
import dev.adit.relay.admission.LocalDaemon;
import dev.adit.relay.admission.VerifiedAdmission;
import dev.adit.relay.admission.Verifier;
import dev.adit.relay.managed.ManagedRelay;
import dev.adit.relay.pages.BootstrapDns;
import dev.adit.wire.Endpoint;
import dev.adit.wire.control.HttpsUrl;
import dev.adit.wire.control.JoinKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `docs/metrics.md` lists what the programs count: all of it, and nothing else.
class MetricsTextTest {
  private static final Path FILE = Path.of("..", "docs", "metrics.md");
  private static final String MARK = "<!-- MetricsTextTest holds what follows -->\n";

  @TempDir Path folder;

  @Test
  void theDocumentListsEveryMetricAndNoOther() throws IOException {
    String written = Files.readString(FILE);
    int mark = written.indexOf(MARK);
    assertThat(mark).as("the mark in %s", FILE).isPositive();
    String found = written.substring(0, mark) + MARK + tables();
    Path right = Path.of("target", "metrics.md");
    Files.writeString(right, found);
    assertThat(written).as("what %s should be is in cli/%s", FILE, right).isEqualTo(found);
  }

  private String tables() throws IOException {
    var random = new SecureRandom();
    var config =
        CoordinatorConfig.of(folder.resolve("state"), HttpsUrl.literal("https://vpn.example.org"));
    var loopback = List.of(Endpoint.literal("127.0.0.1:0"));
    try (var coordinator = Coordinator.open(config, Clock.SYSTEM, random);
        var relay =
            Relay.open(
                silentRelay(folder.resolve("relay")), new OpenAdmission(), Clock.SYSTEM, random);
        var names = BootstrapDns.open(List.of(), List.of(), DnsLookup.SYSTEM, random);
        var door = FrontDoor.start(FrontDoorConfig.of(loopback, null), new RequestRoutes());
        var socket =
            LocalServer.start(
                folder.resolve("s.sock"),
                LocalServer.OWNER,
                coordinator.api(),
                LocalLimits.coordinator());
        var helper = Helper.start(helperConfig())) {
      return section("Coordinator", coordinator::read)
          + section("Relay", relay.metrics())
          + section("Relay that asks somebody else about its clients", verified())
          + section("Relay that has joined a coordinator", joined())
          + section("Front door of a server: TCP, TLS, HTTP", door::read)
          + section(
              "Certificates of a server",
              into -> new CertificateCounters().read(Instant.EPOCH, into))
          + section("Relay that tells names to clients without DNS", names)
          + section("Local socket", socket::read)
          + section("Agent", agent())
          + section("Helper", helper::read)
          + section("Every process", new ProcessReadings("serve"));
    }
  }

  private static Readings.Source verified() {
    Verifier daemon = new LocalDaemon(LocalDaemon.DEFAULT_SOCKET);
    return new VerifiedAdmission(new OpenAdmission(), List.of(daemon), Duration.ZERO, Clock.SYSTEM);
  }

  private Readings.Source joined() throws IOException {
    var random = new SecureRandom();
    var key =
        JoinKey.create(
            HttpsUrl.literal("https://127.0.0.1:1"),
            SigningKey.generate(random).verifyingKey(),
            random);
    return ManagedRelay.open(folder.resolve("joined"), key, Duration.ZERO, Clock.SYSTEM, random);
  }

  private HelperConfig helperConfig() {
    return new HelperConfig(
        folder.resolve("h.sock"),
        List.of(System.getProperty("user.name")),
        List.of("adit0"),
        null,
        folder,
        null);
  }

  /// An agent that finds no coordinator: everything is counted from the start.
  private Readings.Source agent() throws IOException {
    var random = new SecureRandom();
    String key =
        JoinKey.create(
                HttpsUrl.literal("https://127.0.0.1:1"),
                SigningKey.generate(random).verifyingKey(),
                random)
            .text();
    Path own = folder.resolve("agent");
    var config =
        new AgentConfig(
            own,
            own,
            "adit0",
            null,
            key,
            "n",
            DataMode.MUX,
            List.of(),
            0,
            0,
            null,
            false,
            own.resolve("helper.sock"));
    var asked = new CompletableFuture<Readings>();
    MetricsFormat format =
        (_, readings) -> {
          asked.complete(readings);
          return HttpResponse.text(200, "asked");
        };
    try (var _ = Agent.start(config, new Words(), format, (_, _, _, _) -> new FakeTunnel())) {
      LocalClient.Answer answer =
          LocalClient.request(config.socket(), "GET", "/metrics", new byte[0]);
      assertThat(answer.text()).isEqualTo("asked\n");
    }
    return into ->
        asked.join().metrics().stream()
            .filter(metric -> !metric.name().startsWith("adit_local_")) // listed once
            .forEach(into::add);
  }

  /// Without ports, which another program may have.
  private static RelayConfig silentRelay(Path folder) {
    return new RelayConfig(
        folder, "r1", "test", 900, List.of(), List.of(), 443, List.of(), List.of(), List.of());
  }

  private static String section(String title, Readings.Source source) {
    List<Metric> metrics = Readings.of(List.of(source)).metrics();
    var text = new StringBuilder("\n## " + title + "\n\n");
    text.append("| metric | kind | labels | meaning |\n|---|---|---|---|\n");
    List<String> meanings = new ArrayList<>();
    for (Metric metric : metrics) {
      assertThat(metric.name()).matches("(adit|process|jvm)_[a-z0-9_]+");
      assertThat(metric.help()).as(metric.name()).matches("(?s)[A-Z1].*\\.");
      String kind = metric.kind().name().toLowerCase(Locale.ROOT);
      List<String> labels = metric.labels().stream().map(label -> "`" + label + "`").toList();
      text.append(row("`" + metric.name() + "`", kind, String.join(", ", labels), metric.help()));
      metric
          .meanings()
          .forEach((value, meaning) -> {
            String label = "`" + metric.labels().getFirst() + "=\"" + value + "\"`";
            meanings.add(row("`" + metric.name() + "`", label, meaning));
          });
    }
    if (!meanings.isEmpty()) {
      text.append("\n| metric | value | meaning |\n|---|---|---|\n");
      meanings.forEach(text::append);
    }
    return text.toString();
  }

  private static String row(String... cells) {
    return "| " + String.join(" | ", cells) + " |\n";
  }
}
