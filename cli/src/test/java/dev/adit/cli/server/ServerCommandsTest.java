package dev.adit.cli.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.CommandRun;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.control.RelayDescription;
import dev.adit.wire.derp.DerpMap;
import dev.adit.wire.derp.DerpNode;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerCommandsTest {
  @TempDir Path folder;

  @Test
  void leavesNothingBehindWherePortsAreTaken() throws Exception {
    try (ServerSocket other =
        new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
      String taken = "127.0.0.1:" + other.getLocalPort();
      Path state = folder.resolve("state");
      Path run = folder.resolve("run");
      String[] command = {
        "serve",
        "--url=https://192.0.2.1",
        "--listen=" + taken,
        "--state-dir=" + state,
        "--run-dir=" + run
      };
      assertThat(CommandRun.of(command))
          .isEqualTo(
              failed(
                  1,
                  "cannot listen on TCP "
                      + taken
                      + ": the port is in use by another program; stop it or choose another port"));
      assertThat(state).doesNotExist();
      assertThat(run).doesNotExist();
    }
  }

  @Test
  void refusesWhatCannotBeMeant() {
    assertThat(CommandRun.of("serve", "--url", "http://192.0.2.1").err())
        .startsWith("adit: --url http://192.0.2.1: ");
    assertThat(CommandRun.of("serve", "--listen", "443"))
        .isEqualTo(failed(2, "--listen 443: expected for example [::]:443 or 192.0.2.1:443"));
    assertThat(CommandRun.of("serve", "--cert", "server.pem"))
        .isEqualTo(failed(2, "--cert and --cert-key belong together"));
    assertThat(CommandRun.of("serve", "--url", "https://192.0.2.1", "--cert-mode", "gcp"))
        .isEqualTo(failed(2, "--cert-mode gcp: expected self-signed, files or acme"));
    assertThat(CommandRun.of("serve", "--url", "https://192.0.2.1", "--cert-mode", "acme"))
        .isEqualTo(failed(2, "--cert-mode acme needs --hostname"));
    assertThat(CommandRun.of("serve", "--url", "https://192.0.2.1", "--cert-mode", "files"))
        .isEqualTo(failed(2, "--cert-mode files needs --cert and --cert-key, or --cert-dir"));
    assertThat(CommandRun.of("relay", "--open", "--cert-dir", "/etc/relay"))
        .isEqualTo(failed(2, "--cert-dir needs --hostname"));
    assertThat(CommandRun.of("relay", "--address", "here", "--open"))
        .isEqualTo(failed(2, "--address here: expected an IP address"));
  }

  @Test
  void refusesASecondStunAddressThatIsNone() {
    assertThat(CommandRun.of("serve", "--stun-other", "192.0.2.2"))
        .isEqualTo(
            failed(
                2,
                "--stun-other 192.0.2.2: expected for example 192.0.2.2:3479, or [::]:3479 for a"
                    + " port alone"));
    assertThat(CommandRun.of("relay", "--open", "--stun-other", "192.0.2.2:3478"))
        .isEqualTo(
            failed(2, "--stun-other 192.0.2.2:3478: its port must be another than that of --stun"));
    assertThat(
            CommandRun.of(
                "relay",
                "--open",
                "--stun=192.0.2.1:3478,192.0.2.2:3478",
                "--stun-other=192.0.2.2:3479"))
        .isEqualTo(
            failed(
                2,
                "--stun-other 192.0.2.2:3479: its address must be another than that of --stun;"
                    + " [::]:3479 is a second port alone"));
    assertThat(CommandRun.of("relay", "--open", "--stun-other=192.0.2.2:3479,192.0.2.3:3479").err())
        .isEqualTo("adit: --stun-other 192.0.2.3:3479: allowed once per family\n");
  }

  @Test
  void saysWhereItCannotWrite() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    CommandRun run =
        CommandRun.of(
            "relay",
            "--open",
            "--listen=127.0.0.1:0",
            "--stun=127.0.0.1:0",
            "--state-dir=" + file.resolve("state"));
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err()).startsWith("adit: cannot write " + file).hasLineCount(1);
  }

  @Test
  void refusesARelayForNobody() {
    assertThat(CommandRun.of("relay"))
        .isEqualTo(
            failed(
                2,
                "whom shall this relay serve? give --join KEY, --allow-file FILE, --allow KEY, or"
                    + " --open for everybody"));
    assertThat(CommandRun.of("relay", "--allow", "short"))
        .isEqualTo(
            failed(2, "--allow short: expected a WireGuard public key of 44 characters of base64"));
  }

  @Test
  void refusesTcpAndDebugOptionsThatMeanNothing() {
    assertThat(CommandRun.of("relay", "--open", "--accept-limit", "0").err())
        .isEqualTo("adit: accept rate of 0.0 a second, 1000 at once: both must be above 0\n");
    assertThat(CommandRun.of("relay", "--open", "--tcp-keep-alive", "10h"))
        .isEqualTo(failed(2, "TCP keep-alive of 36000 s, allowed 1 to 32767"));
    assertThat(CommandRun.of("relay", "--open", "--queue-depth", "0"))
        .isEqualTo(failed(2, "DERP queue depth: 0, allowed 1 to 65536"));
    assertThat(CommandRun.of("relay", "--open", "--receive-limits", "/nowhere/limits").err())
        .startsWith("adit: cannot use --receive-limits /nowhere/limits: ");
    assertThat(CommandRun.of("relay", "--open", "--debug-from", "here"))
        .isEqualTo(failed(2, "--debug-from here: expected for example 192.0.2.1 or 192.0.2.0/24"));
  }

  @Test
  void theRelayOfServeTakesTheSameLimitsAndPages() {
    String url = "--url=https://192.0.2.1";
    assertThat(CommandRun.of("serve", url, "--queue-depth", "0"))
        .isEqualTo(failed(2, "DERP queue depth: 0, allowed 1 to 65536"));
    assertThat(CommandRun.of("serve", url, "--receive-limits", "/nowhere/limits").err())
        .startsWith("adit: cannot use --receive-limits /nowhere/limits: ");
    assertThat(CommandRun.of("serve", url, "--tcp-keep-alive", "10h"))
        .isEqualTo(failed(2, "TCP keep-alive of 36000 s, allowed 1 to 32767"));
    assertThat(CommandRun.of("serve", url, "--http-port", "70000"))
        .isEqualTo(failed(2, "--http-port 70000: expected 1 to 65535, or -1 for none"));
  }

  @Test
  void looksWhetherThePortsForPlainHttpAreFreeToo() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      int port = taken.getLocalPort();
      String[] words = {
        "relay", "--open", "--listen=127.0.0.1:0", "--no-stun", "--state-dir=" + folder.resolve("s")
      };
      String refusal =
          "cannot listen on TCP 127.0.0.1:"
              + port
              + ": the port is in use by another program; stop it or choose another port";
      assertThat(CommandRun.of(and(words, "--http-port=" + port))).isEqualTo(failed(1, refusal));
      assertThat(
              CommandRun.of(
                  and(
                      words,
                      "--cert-mode=acme",
                      "--hostname=relay.example",
                      "--acme-http=127.0.0.1:" + port)))
          .isEqualTo(failed(1, refusal));
      assertThat(folder.resolve("s")).doesNotExist();
    }
  }

  private static String[] and(String[] words, String... more) {
    return Stream.concat(Stream.of(words), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void describesARelayAsServeReadsIt() throws Exception {
    String[] command = {
      "relay",
      "describe",
      "-o",
      "json",
      "--state-dir=" + folder,
      "--name=left",
      "--address=198.51.100.10,2001:db8::10",
      "--listen=[::]:8443"
    };
    CommandRun first = CommandRun.of(command);
    assertThat(first.err()).isEmpty();
    JsonObject json = Json.parseObject(first.out());
    RelayDescription relay = RelayDescription.parseAll(first.out()).getFirst();
    assertThat(json.string("name")).isEqualTo("left");
    assertThat(relay.addresses()).hasSize(2);
    assertThat(relay.tcp()).isEqualTo(8443);
    assertThat(relay.udp()).containsExactly(3478);
    assertThat(relay.certPins()).hasSize(1);
    assertThat(relay.can(RelayDescription.DERP)).isTrue();
    assertThat(relay.can(RelayDescription.STUN)).isTrue();
    assertThat(CommandRun.of(command)).as("key and certificate are kept").isEqualTo(first);
  }

  /// Whoever says a host's name or address for the certificate says that it leads to the relay.
  @Test
  void describesARelayAsADerpMapWants() throws Exception {
    String[] words = {
      "relay",
      "describe",
      "--as-derpmap",
      "--state-dir=" + folder,
      "--hostname=relay.example,198.51.100.9",
      "--address=198.51.100.10,2001:db8::10",
      "--region-id=901",
      "--listen=[::]:8443"
    };
    byte[] json = CommandRun.of(words).out().getBytes(StandardCharsets.UTF_8);
    DerpNode node = DerpMap.fromJson(json).regions().values().iterator().next().nodes().getFirst();
    assertThat(node.regionId()).isEqualTo(901);
    assertThat(node.hostName()).isEqualTo("relay.example");
    assertThat(node.certName()).matches("sha256-raw:[0-9a-f]{64}");
    assertThat(node.ipv4()).isEqualTo("198.51.100.9");
    assertThat(node.ipv6()).isEqualTo("2001:db8::10");
    assertThat(node.derpPort()).isEqualTo(8443);
    words[2] = "-o=table";
    assertThat(CommandRun.of(words).out())
        .contains("HOSTS                   relay.example\n")
        .contains("CERTNAME IN A DERP MAP  " + node.certName() + "\n");
  }

  @Test
  void saysWhatIsWrongWithARelayFile() throws Exception {
    Path file = Files.writeString(folder.resolve("relays.json"), "{\"key\":1}");
    CommandRun run =
        CommandRun.of("serve", "--url", "https://192.0.2.1", "--relay-file", file.toString());
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err()).startsWith("adit: relay file " + file + ": ").hasLineCount(1);
  }

  private static CommandRun failed(int status, String message) {
    return new CommandRun(status, "", "adit: " + message + "\n");
  }
}
