package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Outcome;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Tailscale's network check and prober, with `adit relay` as the only relay of their map.
@Interop
class TailscaleToolsTest {
  private static Stage stage;
  private static AditRelay relay;
  private static Path map;

  @BeforeAll
  static void start() throws IOException {
    stage = Stage.open();
    relay = AditRelay.start(stage, "relay");
    // The prober wants a name in the certificate, and looks it up.
    String node =
        relay.node("900a", "").replace("\"HostName\":\"127.0.0.1\"", "\"HostName\":\"localhost\"");
    map = stage.folder().resolve("map.json");
    Files.writeString(map, DerpServer.map(node.replace("\"IPv6\":\"none\",", "")));
  }

  @AfterAll
  static void end() throws IOException {
    stage.close();
  }

  @Test
  void theNetworkCheckFindsTheRelayByStun() throws IOException, MalformedException {
    JsonObject report = check("stun");
    assertThat(report.bool("udp")).isTrue();
    assertThat(report.integer("preferred")).isEqualTo(900);
    assertThat(report.string("global")).startsWith("127.0.0.1:");
    assertThat(report.object("microseconds").integer("900")).isPositive();
  }

  @Test
  void theNetworkCheckFindsTheRelayByHttps() throws IOException, MalformedException {
    JsonObject report = check("https");
    assertThat(report.bool("udp")).isFalse();
    assertThat(report.integer("preferred")).isEqualTo(900);
    assertThat(report.object("microseconds").integer("900")).isPositive();
  }

  private static JsonObject check(String how) throws IOException, MalformedException {
    Outcome report = stage.run(GoPrograms.path("adit-interop"), "netcheck", map.toString(), how);
    assertThat(report.status()).as(report.output()).isZero();
    String last = report.output().lines().filter(line -> line.startsWith("{")).toList().getLast();
    return Json.parseReport(last);
  }

  /// TLS, STUN, and a packet from the relay to itself.
  @Test
  void theProberIsContent() throws IOException {
    Outcome probed =
        stage.run(
            GoPrograms.path("derpprobe"), "-once", "-spread=false", "-derp-map=file://" + map);
    List<String> verdicts =
        probed.output().lines().filter(line -> line.matches(".* (good|bad): .*")).toList();
    assertThat(verdicts).as(probed.output()).hasSize(4).allMatch(line -> line.contains(" good: "));
    for (String what : List.of("900a/900a/mesh", "900a/tls", "900a/udp", "derpmap-probe")) {
      assertThat(probed.output()).contains(what);
    }
  }
}
