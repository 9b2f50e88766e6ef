package dev.adit.cli.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.CommandRun;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.local.LocalLimits;
import dev.adit.net.local.LocalServer;
import dev.adit.net.metrics.MetricsHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsCommandTest {
  private static final MetricsHandler HANDLER =
      new MetricsHandler(
          List.of(into -> into.gauge("adit_answer", "The answer.", 42)), PrometheusPage::of);
  private static final String PAGE =
      "# HELP adit_answer The answer.\n# TYPE adit_answer gauge\nadit_answer 42.0\n";

  @TempDir Path folder;

  @Test
  void printsWhatTheProgramOnThisMachineCounts() throws IOException {
    try (var _ = serve("agent.sock");
        var _ = serve("relay.sock");
        var _ = serve("coordinator.sock")) {
      assertThat(run()).isEqualTo(new CommandRun(0, PAGE, ""));
      assertThat(run("--relay")).isEqualTo(new CommandRun(0, PAGE, ""));
      assertThat(run("--coordinator")).isEqualTo(new CommandRun(0, PAGE, ""));
    }
  }

  @Test
  void leavesTheSocketToItsOtherHandler() throws IOException {
    try (var _ = serve("coordinator.sock")) {
      assertThat(
              dev.adit.net.local.LocalClient.request(
                      folder.resolve("coordinator.sock"), "GET", "/metricsx", new byte[0])
                  .text())
          .isEqualTo("other\n");
    }
  }

  @Test
  void saysWhatIsMissing() {
    assertThat(run().err())
        .isEqualTo(
            "adit: no agent runs here ("
                + folder.resolve("agent.sock")
                + "); start it: adit up KEY\n");
    assertThat(run("--coordinator").err()).endsWith("); start one: adit serve\n");
    assertThat(run("--relay").err())
        .endsWith("); that of adit serve is in adit metrics --coordinator\n");
    CommandRun both = run("--relay", "--coordinator");
    assertThat(both).isEqualTo(new CommandRun(2, "", "adit: --coordinator or --relay, not both\n"));
  }

  private LocalServer serve(String name) throws IOException {
    return LocalServer.start(
        folder.resolve(name),
        LocalServer.OWNER,
        HANDLER.before(_ -> HttpResponse.text(200, "other")),
        LocalLimits.agent());
  }

  private CommandRun run(String... options) {
    var words = new java.util.ArrayList<>(List.of("metrics", "--run-dir", folder.toString()));
    words.addAll(List.of(options));
    return CommandRun.of(words.toArray(String[]::new));
  }
}
