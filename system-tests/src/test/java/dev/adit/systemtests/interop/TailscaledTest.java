package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Counters.Place;
import dev.adit.cli.lab.Lab;
import dev.adit.cli.lab.Outcome;
import dev.adit.systemtests.lab.LabScenario;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Two whole Tailscale nodes whose only relay is ours, pinned, and between whom nothing else passes.
///
///     l: tailscaled ──╮               srv: adit relay, Tailscale's control server for tests
///                     ├── core ────────
///     r: tailscaled ──╯    nothing between l and r
@Interop
class TailscaledTest {
  private static final int SIZE = 3_000_000;
  private static final int SINK = 7000;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @LabScenario("tailscaled-by-our-relay-alone")
  void reachEachOtherThroughOurRelayAlone() throws Exception {
    try (Lab lab = Lab.up("direct+v4", "portcone+v4")) {
      lab.turn("l", "block-oneway");
      lab.turn("r", "block-oneway");
      relay(lab);
      Process control = control(lab);
      String url = url(control.inputReader(), lab.folder().resolve("control.log"));
      join(lab, "l", url);
      join(lab, "r", url);

      String right = address(lab, "r");
      Outcome ping = lab.exec("l", tailscale("ping", "--until-direct=false", "--c=3", right));
      assertThat(ping.output()).contains("via DERP(ours)").doesNotContain("timed out");
      transfer(lab, right);

      assertThat(lab.counters().count(Place.CORE, "l", "r").packets()).isZero();
      assertThat(lab.counters().count(Place.CORE, "r", "l").packets()).isZero();
      control.destroy();
    }
  }

  private static void relay(Lab lab) throws IOException {
    String address = lab.address("SRV4");
    List<String> command =
        List.of(
            Stage.ADIT.toString(),
            "relay",
            "--open",
            "--listen=" + address + ":443",
            "--stun=" + address + ":3478",
            "--address=" + address);
    Path log = lab.folder().resolve("relay.log");
    var _ = lab.start("srv", log, command);
    Waiting.until(
        PATIENCE, () -> "the relay: " + text(log), () -> text(log).contains("relaying on "));

    Path certificate = lab.lib("srv").resolve("adit").resolve("tls.pem");
    String pin = Stage.pin(certificate);
    Files.writeString(lab.run("srv").resolve("map.json"), map(address, pin));
  }

  private static String map(String address, String pin) {
    return "{\"Regions\":{\"900\":{\"RegionID\":900,\"RegionCode\":\"ours\",\"RegionName\":\"Ours\",\"Nodes\":["
        + "{\"Name\":\"900a\",\"RegionID\":900,\"HostName\":\"%s\",\"IPv4\":\"%s\",\"IPv6\":\"none\","
            .formatted(address, address)
        + "\"CertName\":\"sha256-raw:"
        + pin
        + "\"}]}}}";
  }

  /// Tailscale's control server, until its input ends; its first line tells its URL.
  private static Process control(Lab lab) throws IOException {
    return lab.converse(
        "srv",
        lab.folder().resolve("control.log"),
        List.of(
            GoPrograms.path("adit-interop"),
            "control",
            lab.address("SRV4") + ":8080",
            "/run/map.json"));
  }

  private static String url(BufferedReader said, Path log) throws IOException, MalformedException {
    String line = said.readLine();
    assertThat(line).as(() -> text(log)).isNotNull();
    return Json.parseReport(line).string("url");
  }

  private static void join(Lab lab, String host, String control) throws IOException {
    Path log = lab.folder().resolve("tailscaled-" + host + ".log");
    var _ =
        lab.start(
            host,
            log,
            List.of(
                GoPrograms.path("tailscaled"),
                "--tun=userspace-networking",
                "--no-logs-no-support",
                "--socks5-server=127.0.0.1:1055"));
    Waiting.until(
        PATIENCE,
        () -> "tailscaled: " + text(log),
        () -> Files.exists(lab.run(host).resolve("tailscale/tailscaled.sock")));
    Outcome up =
        lab.exec(
            host,
            tailscale("up", "--login-server=" + control, "--hostname=" + host, "--timeout=60s"));
    assertThat(up.status()).as(() -> up.output() + tail(log)).isZero();
  }

  private static String address(Lab lab, String host) throws IOException {
    Outcome status = lab.exec(host, tailscale("ip", "-4"));
    assertThat(status.status()).as(status.output()).isZero();
    return status.output().strip();
  }

  private static void transfer(Lab lab, String right) throws IOException, MalformedException {
    Path log = lab.folder().resolve("sink.log");
    String go = GoPrograms.path("adit-interop");
    Process sink = lab.start("r", log, List.of(go, "sink", "127.0.0.1:" + SINK));
    Waiting.until(PATIENCE, () -> "the sink: " + text(log), () -> text(log).contains("listening"));
    Outcome poured =
        lab.exec("l", go, "pour", "127.0.0.1:1055", right + ":" + SINK, Integer.toString(SIZE));
    assertThat(poured.status()).as(poured.output()).isZero();
    Waiting.until(PATIENCE, () -> "all has arrived: " + text(log), () -> !sink.isAlive());
    JsonObject said = Json.parseReport(text(log).lines().toList().getLast());
    assertThat(said.integer("length")).isEqualTo(SIZE);
    assertThat(said.string("sha256")).isEqualTo(CountingBytes.sha256(SIZE));
  }

  private static String text(Path log) {
    try {
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String tail(Path log) {
    String all = text(log);
    return all.substring(Math.max(0, all.length() - 2000));
  }

  private static String[] tailscale(String... words) {
    List<String> command = new ArrayList<>(List.of(GoPrograms.path("tailscale")));
    command.addAll(List.of(words));
    return command.toArray(String[]::new);
  }
}
