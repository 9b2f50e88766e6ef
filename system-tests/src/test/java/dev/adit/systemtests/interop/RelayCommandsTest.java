package dev.adit.systemtests.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.wire.Json;
import dev.adit.wire.derp.DerpMap;
import dev.adit.wire.derp.DerpNode;
import dev.adit.wire.derp.DerpRegion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Commands that ask a running relay, and one that looks at it from outside.
class RelayCommandsTest {
  @TempDir Path folder;

  @Test
  void tellsHowTheRelayIs() throws Exception {
    var site = new EquivalentSite(folder);
    try (var _ = site.relay("--name=left")) {
      String run = "--run-dir=" + folder;
      assertThat(site.run("relay", "status", run)).contains("left").contains("serving");
      var status = Json.parseObject(site.run("relay", "status", run, "-o", "json"));
      assertThat(status.object("counts").integer("connections")).isZero();
      assertThat(site.run("relay", "debug", run)).contains("/debug/varz");
    }
  }

  @Test
  void findsThatAllIsWellWithARelay() throws Exception {
    var site = new EquivalentSite(folder);
    Path map = Files.writeString(folder.resolve("map.json"), map(site).toJson());
    String[] probe = {"relay", "probe", "--once", "--derpmap=" + map, "--bandwidth-bytes=1000000"};
    try (var _ = site.relay()) {
      String found = site.run(probe);
      assertThat(found.lines())
          .anyMatch(line -> line.matches("tls +here +- +ok .*"))
          .anyMatch(line -> line.matches("stun +here +127.* ok .*"))
          .anyMatch(line -> line.matches("mesh +here +here +ok .*"))
          .anyMatch(line -> line.matches("bandwidth +here +here +ok .*"));
    }
    try (var gone = RelayProcess.launch(folder, Map.of(), List.of(probe))) {
      assertThat(gone.awaitEnd()).as(gone::output).isEqualTo(1);
      assertThat(gone.output()).contains("no answer");
    }
  }

  @Test
  void showsAMapAndReadsItAnewOnSighup() throws Exception {
    var site = new EquivalentSite(folder);
    Path file = Files.writeString(folder.resolve("map.json"), map(site).toJson());
    try (var relay = site.relay("--derpmap=" + file)) {
      String first = site.get("/derpmap").text();
      assertThat(DerpMap.fromJson(first.getBytes(UTF_8))).isEqualTo(map(site));
      Files.writeString(file, "{ no map");
      relay.signal("HUP");
      relay.awaitOutput("reload_failed");
      assertThat(site.get("/derpmap").text()).isEqualTo(first);
      Files.writeString(file, DerpMap.of(List.of()).toJson());
      relay.signal("HUP");
      TcpChecks.await("the new map", () -> !site.get("/derpmap").text().equals(first));
    }
  }

  @Test
  void endsWithExitCode0WhenItIsAskedTo() throws Exception {
    var site = new EquivalentSite(folder);
    try (var relay = site.relay()) {
      relay.awaitOutput("everything runs");
      relay.signal("TERM");
      assertThat(relay.awaitEnd()).as(relay::output).isZero();
    }
  }

  /// A map with the relay of `site` alone, whose certificate is not judged.
  private static DerpMap map(EquivalentSite site) {
    var node =
        new DerpNode(
            "here",
            900,
            "127.0.0.1",
            "",
            "127.0.0.1",
            "none",
            site.udp.port(),
            false,
            site.tcp.port(),
            true,
            "",
            false);
    return DerpMap.of(List.of(DerpRegion.of(900, "here", "Here", List.of(node))));
  }
}
