package dev.adit.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.demo.Row;
import dev.adit.cli.lab.Outcome;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// `adit demo` as a user runs it, and as somebody disturbs it from outside.
class DemoTest {
  private static final String ADIT = Path.of("..", "adit").toAbsolutePath().normalize().toString();
  private static final long PATIENCE_MINUTES = 15;

  @LabScenario({
    "demo-direct-port",
    "demo-port-port",
    "demo-full-sym",
    "demo-port-sym",
    "demo-sym-sym",
    "demo-udpblock-direct",
    "demo-fw6-fw6",
    "demo-same-lan"
  })
  void everyRowIsAsExpected() throws Exception {
    Finished demo = run(List.of(), _ -> {});

    assertThat(demo.results()).hasSameSizeAs(Row.ALL);
    List<Long> firstPings = new ArrayList<>();
    List<Long> toDirect = new ArrayList<>();
    for (JsonObject result : demo.results()) {
      assertThat(result.optionalString("reason")).as(result.toString()).isNull();
      assertThat(result.string("path")).isEqualTo(result.string("expected"));
      assertThat(result.object("transfer").integer("bytes")).isEqualTo(50_000_000);
      long firstPing = result.integer("firstPingMs");
      firstPings.add(firstPing);
      if (result.string("expected").equals("direct")) {
        toDirect.add(result.integer("directMs") - firstPing);
      }
    }
    System.out.println("rows: first pings " + firstPings + " ms, then direct " + toDirect + " ms");
    assertThat(PathScenariosTest.median(firstPings)).as("median").isLessThanOrEqualTo(2_000);
    assertThat(Collections.max(firstPings)).as("slowest").isLessThanOrEqualTo(3_000);
    assertThat(Collections.max(toDirect)).as("direct after").isLessThanOrEqualTo(1_000);
    assertThat(demo.status()).isZero();
    nothingIsLeft(demo);
  }

  /// Direct only because the address-restricted side learns the port from what arrives.
  @LabScenario("demo-pair-of-choice")
  void aPairOfTheUsersChoiceIsAsTheRuleSays() throws Exception {
    Finished demo = run(List.of("--rows", "sym:addrcone"), _ -> {});
    assertThat(demo.results()).hasSize(1);
    assertThat(demo.results().getFirst().string("row")).isEqualTo("sym:addrcone");
    assertThat(demo.results().getFirst().string("path")).isEqualTo("direct");
    assertThat(demo.status()).isZero();
    nothingIsLeft(demo);
  }

  @LabScenario("demo-fails-when-blocked")
  void aBlockedDirectPathFailsItsRow() throws Exception {
    Finished demo =
        run(
            List.of("--rows", "port-port"),
            row ->
                nft(
                    row.object("namespaces").string("core"),
                    "add table inet block;"
                        + " add chain inet block f { type filter hook forward priority 0; };"
                        + " add rule inet block f iifname l oifname r meta l4proto udp drop;"
                        + " add rule inet block f iifname r oifname l meta l4proto udp drop"));

    assertThat(demo.results().getFirst().string("reason"))
        .isEqualTo("agents report derp, expected direct");
    assertThat(demo.results().getFirst().string("path")).isEqualTo("relay");
    assertThat(demo.status()).isEqualTo(1);
    nothingIsLeft(demo);
  }

  @LabScenario("demo-fails-when-forwarded")
  void aPortForwardFailsARowThatExpectsTheRelay() throws Exception {
    Finished demo =
        run(
            List.of("--rows", "port-sym"),
            row ->
                nft(
                    row.object("namespaces").string("leftGateway"),
                    "add rule ip natlab pre iifname wan udp dport 1024-65535 dnat to "
                        + row.object("addresses").string("L_HOST4")));

    assertThat(demo.results().getFirst().optionalString("reason")).isNotNull();
    assertThat(demo.results().getFirst().optionalString("path")).isNotEqualTo("relay");
    assertThat(demo.status()).isEqualTo(1);
    nothingIsLeft(demo);
  }

  @LabScenario("demo-ends-clean-when-interrupted")
  void anInterruptedDemoRemovesEverything() throws Exception {
    Finished demo = run(List.of("--rows", "sym-sym"), _ -> {}, "TERM");
    assertThat(demo.status()).isNotZero();
    assertThat(demo.results()).isEmpty();
    nothingIsLeft(demo);
  }

  @LabScenario("demo-removes-what-a-killed-one-left")
  void theNextDemoRemovesWhatAKilledOneLeft() throws Exception {
    Finished killed = run(List.of("--rows", "sym-sym"), _ -> {}, "KILL");
    assertThat(namespaces()).contains(killed.prefix());

    assertThat(Outcome.mustSucceed(List.of(ADIT, "demo", "--remove"))).contains(killed.prefix());
    nothingIsLeft(killed);
  }

  /// @param prefix of the last lab
  private record Finished(int status, List<JsonObject> results, String prefix, String folder) {}

  /// Hears that a row begins; its lab is up and nothing runs in it.
  @FunctionalInterface
  private interface Interference {
    void with(JsonObject row) throws IOException, MalformedException;
  }

  private static Finished run(List<String> options, Interference interference) throws Exception {
    return run(options, interference, "");
  }

  /// @param signal sent as soon as the first row's server has a log; empty for none
  private static Finished run(List<String> options, Interference interference, String signal)
      throws Exception {
    List<String> command = new ArrayList<>(List.of(ADIT, "demo", "-o", "json"));
    command.addAll(options);
    Process demo =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    List<JsonObject> results = new ArrayList<>();
    String prefix = "";
    String folder = "";
    try (BufferedReader lines = demo.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonObject event = Json.parseObject(line);
        switch (event.string("event")) {
          case "row" -> {
            prefix = event.object("addresses").string("PREFIX");
            folder = event.string("folder");
            interference.with(event);
            if (!signal.isEmpty()) {
              Path log = Path.of(folder, "serve.log");
              World.await(Duration.ofSeconds(20), "the server's log", () -> Files.exists(log));
              Outcome.mustSucceed(List.of("kill", "-" + signal, Long.toString(demo.pid())));
            }
          }
          case "result" -> results.add(event);
          default -> {}
        }
      }
      assertThat(demo.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)).isTrue();
    } finally {
      demo.destroy();
    }
    return new Finished(demo.exitValue(), results, prefix, folder);
  }

  private static void nothingIsLeft(Finished demo) throws IOException {
    assertThat(namespaces()).doesNotContain(demo.prefix());
    assertThat(Path.of(demo.folder())).doesNotExist();
    boolean running =
        ProcessHandle.allProcesses()
            .anyMatch(one -> one.info().commandLine().orElse("").contains(demo.folder()));
    assertThat(running).isFalse();
  }

  private static String namespaces() throws IOException {
    return Outcome.mustSucceed(List.of("ip", "netns"));
  }

  private static void nft(String namespace, String rules) throws IOException {
    String _ = Outcome.mustSucceed(List.of("ip", "netns", "exec", namespace, "nft", rules));
  }
}
