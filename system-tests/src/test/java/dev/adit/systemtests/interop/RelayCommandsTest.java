package dev.adit.systemtests.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.crypto.PrivateKey;
import dev.adit.derp.DerpOptions;
import dev.adit.wire.Endpoint;
import dev.adit.wire.Json;
import dev.adit.wire.Text;
import dev.adit.wire.derp.DerpMap;
import dev.adit.wire.derp.DerpNode;
import dev.adit.wire.derp.DerpRegion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
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
    String[] probe = {
      "relay",
      "probe",
      "--once",
      "--derpmap=" + map,
      "--bandwidth-bytes=1000000",
      "--delay-packets=100"
    };
    try (var _ = site.relay()) {
      String found = site.run(probe);
      assertThat(found.lines())
          .anyMatch(line -> line.matches("tls +here +- +ok .*"))
          .anyMatch(line -> line.matches("key +here +- +ok .*"))
          .anyMatch(line -> line.matches("stun +here +127.* ok .*"))
          .anyMatch(line -> line.matches("mesh +here +here +ok .*"))
          .anyMatch(line -> line.matches("bandwidth +here +here +ok .*"))
          .anyMatch(line -> line.matches("delay +here +here +ok .*"));
    }
    try (var gone = RelayProcess.launch(folder, Map.of(), List.of(probe))) {
      assertThat(gone.awaitEnd()).as(gone::output).isEqualTo(1);
      assertThat(gone.output()).contains("no answer");
    }
  }

  @Test
  void endsTheConnectionsOfAClient() throws Exception {
    var site = new EquivalentSite(folder);
    var key = PrivateKey.generate(new SecureRandom());
    String run = "--run-dir=" + folder;
    try (var _ = site.bare(site.development(), "--open");
        var client = site.client(key, DerpOptions.DEFAULT)) {
      assertThat(client.receive()).isInstanceOf(Event.Admitted.class);
      String text = Text.wireGuardKey(key.publicKey().bytes());
      assertThat(site.run("relay", "status", "--clients", run)).contains(text);
      assertThat(site.run("relay", "close", text, run)).isEqualTo("1 connections ended\n");
      assertThatThrownBy(() -> client.hear(Duration.ofSeconds(10))).isInstanceOf(IOException.class);
      assertThat(site.run("relay", "debug", "check", run)).startsWith("okay: ");
    }
  }

  @Test
  void sendsClientsAwayBeforeItEnds() throws Exception {
    var site = new EquivalentSite(folder);
    var key = PrivateKey.generate(new SecureRandom());
    try (var relay = site.bare(site.development(), "--open");
        var client = site.client(key, DerpOptions.DEFAULT)) {
      assertThat(client.receive()).isInstanceOf(Event.Admitted.class);
      assertThat(site.run("relay", "drain", "--run-dir=" + folder))
          .isEqualTo("1 clients are asked to connect anew\n");
      assertThat(client.receive()).isInstanceOf(Event.Restarting.class);
      assertThat(relay.awaitEnd()).as(relay::output).isZero();
    }
  }

  /// derp §17.36: two relays that are no mesh behind one name.
  @Test
  void findsABalancerOverStrangers() throws Exception {
    var left = new EquivalentSite(Files.createDirectory(folder.resolve("left")));
    var right = new EquivalentSite(Files.createDirectory(folder.resolve("right")));
    try (var _ = left.relay();
        var _ = right.relay();
        var balancer = Balancer.over(List.of(left.tcp, right.tcp))) {
      Path file =
          Files.writeString(folder.resolve("map.json"), map(balancer.at(), left.udp).toJson());
      String[] probe = {"relay", "probe", "--once", "--derpmap=" + file};
      try (var run = RelayProcess.launch(folder, Map.of(), List.of(probe))) {
        assertThat(run.awaitEnd()).as(run::output).isEqualTo(1);
        assertThat(run.output()).contains("2 relays answer by this name");
      }
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

  private static DerpMap map(EquivalentSite site) {
    return map(site.tcp, site.udp);
  }

  /// A map with one relay, whose certificate is not judged.
  private static DerpMap map(Endpoint tcp, Endpoint udp) {
    var node =
        new DerpNode(
            "here",
            900,
            "127.0.0.1",
            "",
            "127.0.0.1",
            "none",
            udp.port(),
            false,
            tcp.port(),
            true,
            "",
            false);
    return DerpMap.of(List.of(DerpRegion.of(900, "here", "Here", List.of(node))));
  }
}
