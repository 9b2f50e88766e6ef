package dev.adit.cli.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.coordinator.Coordinator;
import dev.adit.coordinator.CoordinatorConfig;
import dev.adit.core.admission.Open;
import dev.adit.net.Clock;
import dev.adit.net.frontdoor.FrontDoor;
import dev.adit.net.frontdoor.FrontDoorConfig;
import dev.adit.net.frontdoor.Routes;
import dev.adit.net.local.LocalLimits;
import dev.adit.net.local.LocalServer;
import dev.adit.net.metrics.Metric;
import dev.adit.net.metrics.Readings;
import dev.adit.relay.Relay;
import dev.adit.relay.RelayConfig;
import dev.adit.wire.Endpoint;
import dev.adit.wire.control.HttpsUrl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
            Relay.open(silentRelay(folder.resolve("relay")), new Open(), Clock.SYSTEM, random);
        var door = FrontDoor.start(FrontDoorConfig.of(loopback, null), new Routes());
        var socket =
            LocalServer.start(
                folder.resolve("s.sock"),
                LocalServer.OWNER,
                coordinator.api(),
                LocalLimits.coordinator())) {
      return section("Coordinator", coordinator::read)
          + section("Relay", relay.metrics())
          + section("Front door of a server: TCP, TLS, HTTP", door::read)
          + section("Local socket of a server", socket::read)
          + section("Every process", new ProcessReadings("serve"));
    }
  }

  /// Without ports, which another program may have.
  private static RelayConfig silentRelay(Path folder) {
    return new RelayConfig(
        folder, "r1", "test", 900, List.of(), List.of(), 443, List.of(), List.of());
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
