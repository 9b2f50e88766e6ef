package dev.adit.cli.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.CommandRun;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.local.LocalLimits;
import dev.adit.net.local.LocalServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What people see of an agent's explanation, and what goes into a bundle.
class ExplainCommandTest {
  private static final String EXPLANATION =
      """
      {"self":{"mode":"native","nat":[{"family":"IPv4","verdict":"hard NAT","class":"symmetric"}]},
       "peers":[{"node":"id","name":"tower",
         "path":{"type":"derp","state":"relayed","native":false,"relay":"relay1","mtu":1280,
           "mtuRemark":"no direct path"},
         "cause":"both_hard","why":"Both NATs are hard.","better":"Forward a port.",
         "nat":{"mapping":"apdm","filtering":"apdf"},
         "candidates":[{"kind":"srflx","endpoint":"203.0.113.9:4","state":"failed","selected":false,
           "remark":"does not answer"}],
         "changes":[{"ageMillis":61000,"from":"idle","to":"relayed","reason":"Payload."}]}]}
      """;

  @TempDir Path folder;
  private final List<String> asked = new ArrayList<>();
  private LocalServer socket;

  @BeforeEach
  void opens() throws IOException {
    socket =
        LocalServer.start(
            folder.resolve("agent.sock"),
            LocalServer.OWNER,
            this::answer,
            LocalLimits.coordinator());
  }

  @AfterEach
  void closes() throws IOException {
    socket.close();
  }

  private HttpResponse answer(HttpRequest request) {
    asked.add(request.path() + " " + new String(request.body(), StandardCharsets.UTF_8));
    return request.path().equals("/v1/explain")
        ? HttpResponse.json(200, EXPLANATION)
        : HttpResponse.json(404, "{\"error\":{\"code\":\"not_found\",\"text\":\"not here\"}}");
  }

  @Test
  void saysWhyAndWhatWouldHelp() {
    CommandRun run = run("explain", "tower");
    assertThat(run.out())
        .isEqualTo(
            """
            tower: derp relay1
            Both NATs are hard.
            They pass the agent. Packets may have 1280 bytes: no direct path.
            Better: Forward a port.

            END        FAMILY  WHAT STANDS BEFORE IT
            this node  IPv4    hard NAT
            tower      -       a hard NAT: another endpoint for each destination; lets in the ports it has written to

            TRIED          KIND               RESULT           RTT
            203.0.113.9:4  as servers see it  does not answer  -

            AGO   FROM  TO       WHY
            61 s  idle  relayed  Payload.
            """);
    assertThat(run.status()).isZero();
    assertThat(asked).containsExactly("/v1/explain {\"peer\":\"tower\"}");
  }

  @Test
  void allAreALineEach() {
    assertThat(run("explain", "--all").out())
        .isEqualTo(
            """
            PEER   PATH         WHY
            tower  derp relay1  Both NATs are hard.
            """);
    assertThat(asked).containsExactly("/v1/explain {}");
    assertThat(run("explain", "--all", "-o", "json").out()).contains("\"cause\": \"both_hard\"");
  }

  @Test
  void wantsAPeerOrAll() {
    assertThat(run("explain").err()).contains("name a peer, or say --all");
    assertThat(run("explain", "--all", "tower").status()).isEqualTo(2);
    assertThat(asked).isEmpty();
  }

  @Test
  void aBundleHasWhatThereIsAndNoFileOfTheAgentButItsLog() throws Exception {
    Path state = Files.createDirectories(folder.resolve("state"));
    Files.writeString(state.resolve("agent.log"), "a line of the log\n");
    Files.writeString(state.resolve("node.key"), "the private key");
    Path file = folder.resolve("bundle.zip");
    CommandRun run =
        run("debug", "bundle", "--state-dir", state.toString(), "--file", file.toString());
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out())
        .startsWith("wrote " + file + ": ")
        .contains("without status.json: not here");

    Map<String, String> entries = entries(file);
    assertThat(entries)
        .containsEntry("agent.log", "a line of the log\n")
        .containsEntry("explain.json", EXPLANATION)
        .containsKeys("adit.txt", "proc-version.txt", "proc-net-dev.txt", "missing.txt");
    assertThat(entries.get("proc-net-dev.txt")).contains("lo:");
    assertThat(entries.get("missing.txt")).contains("netcheck.json: not here");
    assertThat(String.join("", entries.values())).doesNotContain("the private key");
    assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
    assertThat(run("debug", "bundle", "--file", file.toString()).err()).contains("exists already");
  }

  private static Map<String, String> entries(Path file) throws IOException {
    Map<String, String> entries = new TreeMap<>();
    try (InputStream in = Files.newInputStream(file);
        var zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        entries.put(entry.getName(), new String(zip.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return entries;
  }

  private CommandRun run(String... words) {
    List<String> all = new ArrayList<>(Arrays.asList(words));
    all.addAll(List.of("--run-dir", folder.toString()));
    return CommandRun.of(all.toArray(String[]::new));
  }
}
