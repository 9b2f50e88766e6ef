package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.lab.Outcome;
import dev.adit.crypto.SelfSigned;
import dev.adit.testkit.TrustsAll;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/// Let's Encrypt's ACME server for tests, with a DNS server for which every name is 127.0.0.1.
///
/// It looks for proofs on the ports it is told instead of 80 and 443. Its certificates live for a
/// minute or a little longer; those of the profile for addresses for [#SHORT_LIFE_SECONDS]. Who
/// asks for no profile gets any.
final class Pebble implements AutoCloseable {
  static final int LIFE_SECONDS = 75;
  static final int SHORT_LIFE_SECONDS = 60;

  /// A name for which it issues nothing.
  static final String BLOCKED = "blocked.test";

  static final String KEY_ID = "kid-1";
  static final String MAC_KEY = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";

  private static final int START_SECONDS = 60;

  private final List<Process> processes;
  private final int port;
  private final int management;
  private final Path folder;
  private final Path log;

  private Pebble(List<Process> processes, int port, int management, Path folder, Path log) {
    this.processes = processes;
    this.port = port;
    this.management = management;
    this.folder = folder;
    this.log = log;
  }

  /// The reason why it cannot be had here; empty if it can.
  static String missing() {
    try {
      for (var words : List.of(List.of("bin/pebble"), List.of("bin/pebble", "--challenges"))) {
        Outcome built = Outcome.of(scripted(words));
        if (built.status() != 0) {
          return "no Pebble: " + built.output().strip();
        }
      }
      return "";
    } catch (IOException e) {
      return "no Pebble: " + e.getMessage();
    }
  }

  private static List<String> scripted(List<String> words) {
    var script = new ArrayList<>(words);
    script.set(0, Path.of("..", words.getFirst()).toString());
    return script;
  }

  private static String program(String... words) throws IOException {
    return Outcome.mustSucceed(scripted(List.of(words))).strip().lines().toList().getLast();
  }

  /// @param http port where it asks for HTTP-01
  /// @param tls port where it asks for TLS-ALPN-01
  /// @param bound whether accounts need an external binding
  static Pebble start(Path folder, int http, int tls, boolean bound) throws Exception {
    int port = RelayProcess.freeTcp().port();
    int management = RelayProcess.freeTcp().port();
    int dns = RelayProcess.freeUdp().port();
    var own =
        SelfSigned.create(
            new Random(port), Instant.now(), List.of("localhost"), List.of("127.0.0.1"));
    Files.writeString(folder.resolve("authority.pem"), own.certificatePem());
    Files.writeString(folder.resolve("authority.key"), own.privateKeyPem());
    Path config = folder.resolve("pebble.json");
    Files.writeString(
        config,
        """
        {"pebble": {
          "listenAddress": "127.0.0.1:%d",
          "managementListenAddress": "127.0.0.1:%d",
          "certificate": "%s",
          "privateKey": "%s",
          "httpPort": %d,
          "tlsPort": %d,
          "externalAccountBindingRequired": %s,
          "externalAccountMACKeys": {"%s": "%s"},
          "domainBlocklist": ["%s"],
          "retryAfter": {"authz": 1, "order": 1},
          "keyAlgorithm": "ecdsa",
          "profiles": {
            "default": {"description": "usual", "validityPeriod": %d},
            "shortlived": {"description": "short", "validityPeriod": %d}
          }
        }}
        """
            .formatted(
                port,
                management,
                folder.resolve("authority.pem"),
                folder.resolve("authority.key"),
                http,
                tls,
                bound,
                KEY_ID,
                MAC_KEY,
                BLOCKED,
                LIFE_SECONDS,
                SHORT_LIFE_SECONDS));
    Path log = folder.resolve("pebble.log");
    var names =
        builder(
                folder.resolve("names.log"),
                program("bin/pebble", "--challenges"),
                "-dnsserver=127.0.0.1:" + dns,
                "-management=127.0.0.1:" + RelayProcess.freeTcp().port(),
                "-http01=",
                "-https01=",
                "-tlsalpn01=",
                "-doh=",
                "-defaultIPv6=")
            .start();
    var builder =
        builder(
            log,
            program("bin/pebble"),
            "-config=" + config,
            "-dnsserver=127.0.0.1:" + dns,
            "-strict");
    builder.environment().put("PEBBLE_VA_NOSLEEP", "1");
    var pebble = new Pebble(List.of(builder.start(), names), port, management, folder, log);
    pebble.awaitStart();
    return pebble;
  }

  private static ProcessBuilder builder(Path log, String... command) {
    return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
  }

  private void awaitStart() throws Exception {
    Process process = processes.getFirst();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (!log().contains("Listening on")) {
      assertThat(System.nanoTime()).as(this::log).isLessThan(end);
      assertThat(process.waitFor(50, TimeUnit.MILLISECONDS)).as(this::log).isFalse();
    }
  }

  /// What `adit relay` is told of it.
  List<String> options() {
    return List.of(
        "--cert-mode=acme",
        "--acme-directory=https://127.0.0.1:" + port + "/dir",
        "--acme-ca=" + folder.resolve("authority.pem"));
  }

  /// The root of its certificates.
  X509Certificate root() throws Exception {
    var tls = SSLContext.getInstance("TLS");
    tls.init(null, new TrustManager[] {new TrustsAll()}, null);
    try (var client = HttpClient.newBuilder().sslContext(tls).build()) {
      var uri = URI.create("https://127.0.0.1:" + management + "/roots/0");
      byte[] pem =
          client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofByteArray()).body();
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(pem));
    }
  }

  /// What it has written.
  String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
  }
}
