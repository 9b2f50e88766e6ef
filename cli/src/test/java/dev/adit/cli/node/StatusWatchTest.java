package dev.adit.cli.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.agent.StatusReport;
import dev.adit.cli.Failure;
import dev.adit.cli.output.OutputOption;
import dev.adit.wire.Json;
import dev.adit.wire.MalformedException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayDeque;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatusWatchTest {
  private final StringWriter said = new StringWriter();
  private final PrintWriter out = new PrintWriter(said);

  @Test
  void printsOneJsonLineForEachChangeAndNoneForBytesAndTimes() throws MalformedException {
    String relayed = status("derp", 100, 1);
    String busier = status("derp", 900, 7);
    String direct = status("direct", 900, 7);
    watch(OutputOption.Format.JSON, false, relayed, busier, direct, direct);
    assertThat(said.toString()).isEqualTo(relayed + "\n" + direct + "\n");
  }

  @Test
  void separatesTablesAndYamlDocuments() throws MalformedException {
    watch(OutputOption.Format.TABLE, false, status("derp", 1, 1), status("direct", 1, 1));
    assertThat(said.toString()).contains("\n\nlaptop  10.77.0.1  network default\n");
    said.getBuffer().setLength(0);
    watch(OutputOption.Format.YAML, false, status("derp", 1, 1), status("direct", 1, 1));
    assertThat(said.toString()).startsWith("---\nself:\n").contains("\n---\nself:\n");
  }

  @Test
  void drawsInPlaceOnATerminalEachTime() throws MalformedException {
    String same = status("derp", 1, 1);
    watch(OutputOption.Format.TABLE, true, same, same);
    String[] pictures = said.toString().split("\u001b\\[H", -1);
    assertThat(pictures).hasSize(3);
    assertThat(pictures[0]).isEqualTo("\u001b[2J");
    assertThat(pictures[1])
        .isEqualTo(pictures[2])
        .startsWith("laptop  10.77.0.1  network default\u001b[K\n")
        .endsWith("\u001b[J");
  }

  @Test
  void goesOnWithoutAnAgentOnlyWhereAPersonLooks() throws MalformedException {
    watch(OutputOption.Format.TABLE, true, "", status("direct", 1, 1));
    assertThat(said.toString()).contains("no agent\u001b[K\n", "laptop");
    assertThatThrownBy(() -> watch(OutputOption.Format.JSON, false, "", status("direct", 1, 1)))
        .isInstanceOf(Failure.class)
        .hasMessage("no agent");
  }

  /// @param answers of the agent; an empty one stands for no agent
  private void watch(OutputOption.Format format, boolean inPlace, String... answers)
      throws MalformedException {
    var left = new ArrayDeque<>(List.of(answers));
    new StatusWatch(out, format, inPlace)
        .run(
            () -> {
              String answer = left.remove();
              if (answer.isEmpty()) {
                throw Failure.failed("no agent");
              }
              return answer;
            },
            () -> !left.isEmpty());
    out.flush();
  }

  private static String status(String path, long bytes, long rttMicros) {
    var peer =
        new StatusReport.Peer(
            "019a0000-0000-7000-8000-0000000000b2",
            "tower",
            List.of("10.77.0.2"),
            path,
            path.equals("direct") ? "192.0.2.2:41000" : null,
            path.equals("direct"),
            path.equals("direct") ? null : "relay1",
            rttMicros,
            1280,
            "",
            bytes,
            bytes);
    return SampleReport.with(peer).toJson(true);
  }

  @Test
  void saysWhyPacketsPassTheAgent() throws Exception {
    var report =
        SampleReport.inMode("mux", "native mode needs CAP_NET_RAW; run as root, or grant it");
    assertThat(StatusCommand.table(Json.parseReport(report.toJson(true))))
        .contains("\nmux mode: native mode needs CAP_NET_RAW; run as root, or grant it\n");
    assertThat(StatusCommand.table(Json.parseReport(SampleReport.with().toJson(true))))
        .doesNotContain("mode");
  }
}
