package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Outcome;
import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.crypto.PrivateKey;
import dev.adit.derp.DerpHttpClient;
import dev.adit.derp.HttpOptions;
import dev.adit.net.Clock;
import dev.adit.wire.Json;
import dev.adit.wire.Text;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `adit relay --verify-clients` beside a real `tailscaled`, which is its client, too: it serves
/// whom that knows, and nobody else (derp §8.2).
@Interop
class VerifyTailscaledTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String NODE_KEY = "nodekey:";

  @TempDir Path folder;

  @Test
  void servesTheNodesThatTheDaemonKnowsAndNobodyElse() throws Exception { // derp §17.30
    var site = new EquivalentSite(folder);
    Path socket = folder.resolve("d.sock");
    try (var relay =
            site.bare(
                List.of(
                    "--listen=" + site.tcp,
                    "--stun=" + site.udp,
                    "--address=127.0.0.1",
                    "--state-dir=" + folder.resolve("state"),
                    "--run-dir=" + folder,
                    "--verify-clients",
                    "--verify-socket=" + socket));
        var control = control(site);
        var daemon = daemon(socket)) {
      assertThat(isServed(site)).as("without a daemon").isFalse();
      String url = Json.parseReport(control.awaitLine(PATIENCE, _ -> true)).string("url");
      Waiting.until(PATIENCE, daemon::tail, () -> Files.exists(socket));
      Outcome up =
          tailscale(socket, "up", "--login-server=" + url, "--hostname=one", "--timeout=60s");
      assertThat(up.status()).as(() -> up.output() + daemon.tail()).isZero();

      String status = tailscale(socket, "status", "--json").output();
      String key = Json.parseReport(status).object("Self").string("PublicKey");
      byte[] node = Text.parseHex(key.substring(NODE_KEY.length()));
      Waiting.until(PATIENCE, relay::output, () -> clients(site).contains(Text.wireGuardKey(node)));
      assertThat(isServed(site)).as("a stranger").isFalse();
    }
  }

  private Program control(EquivalentSite site) throws IOException {
    String map =
        """
        {"Regions":{"900":{"RegionID":900,"RegionCode":"ours","RegionName":"Ours","Nodes":[
          {"Name":"900a","RegionID":900,"HostName":"127.0.0.1","IPv4":"127.0.0.1","IPv6":"none",
           "DERPPort":%d,"STUNPort":%d,"CertName":"sha256-raw:%s"}]}}}
        """
            .formatted(site.tcp.port(), site.udp.port(), pin());
    Path file = Files.writeString(folder.resolve("map.json"), map);
    return start(
        "control",
        GoPrograms.path("adit-interop"),
        "control",
        RelayProcess.freeTcp().toString(),
        file.toString());
  }

  private Program daemon(Path socket) throws IOException {
    return start(
        "tailscaled",
        GoPrograms.path("tailscaled"),
        "--tun=userspace-networking",
        "--no-logs-no-support",
        "--port=0",
        "--statedir=" + Files.createDirectory(folder.resolve("tailscale")),
        "--socket=" + socket);
  }

  private Program start(String name, String... command) throws IOException {
    return Program.kept(name, folder.resolve(name + ".log"), new ProcessBuilder(command), false);
  }

  private static Outcome tailscale(Path socket, String... words) throws IOException {
    List<String> command =
        new ArrayList<>(List.of(GoPrograms.path("tailscale"), "--socket=" + socket));
    command.addAll(List.of(words));
    return Outcome.of(command);
  }

  private String clients(EquivalentSite site) throws IOException {
    try {
      return site.run("relay", "status", "--clients", "--run-dir=" + folder);
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  private String pin() throws IOException {
    return Stage.pin(folder.resolve("state").resolve("tls.pem"));
  }

  /// Whether a key that nobody knows is served.
  private boolean isServed(EquivalentSite site) throws IOException {
    var random = new SecureRandom();
    var options = HttpOptions.DEFAULT.withEnvironment(Map.of()).withCertName("sha256-raw:" + pin());
    var url = URI.create("https://" + site.tcp + "/derp");
    try (var client =
        DerpHttpClient.of(url, PrivateKey.generate(random), options, random, Clock.SYSTEM)) {
      client.connect();
      var heard = client.hear(Duration.ofSeconds(15));
      return heard != null && heard.event() instanceof Event.Admitted;
    } catch (IOException e) {
      return false;
    }
  }
}
