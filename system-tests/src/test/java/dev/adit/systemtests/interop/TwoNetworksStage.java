package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.Hash;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.SelfSigned;
import dev.adit.net.Clock;
import dev.adit.wire.Endpoint;
import dev.adit.wire.control.JoinKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/// A coordinator with two networks, and a region of two relays that have joined it; each a program
/// of its own, with everything by the commands that an operator uses.
///
///     a, b ∈ default ─┐     ┌─ adit relay one ─┐
///                     ├─────┤      mesh        ├─ adit serve --no-derp
///     c ∈ lab ────────┘     └─ adit relay two ─┘
final class TwoNetworksStage implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final SecureRandom RANDOM = new SecureRandom();

  final PrivateKey a = PrivateKey.generate(RANDOM);
  final PrivateKey b = PrivateKey.generate(RANDOM);
  final PrivateKey foreign = PrivateKey.generate(RANDOM);
  final Endpoint one = RelayProcess.freeTcp();
  final Endpoint two = RelayProcess.freeTcp();
  private final Path folder;
  private final List<RelayProcess> running = new ArrayList<>();

  /// @param folder short: Unix sockets are in it
  TwoNetworksStage(Path folder) throws Exception {
    this.folder = folder;
    try {
      serve();
      adit("network", "create", "lab");
      String relayKey = key("--kind=relay", "--uses=2");
      JoinKey ours = JoinKey.parse(key("--uses=2"));
      JoinKey theirs = JoinKey.parse(key("--network=lab"));
      relays(relayKey);
      var _ = JoinedNode.join(ours, a, "a");
      var _ = JoinedNode.join(ours, b, "b");
      var _ = JoinedNode.join(theirs, foreign, "c");
      for (Endpoint relay : List.of(one, two)) {
        for (PrivateKey key : List.of(a, b, foreign)) {
          awaitAdmitted(relay, key);
        }
      }
    } catch (Exception | AssertionError e) {
      close();
      throw e;
    }
  }

  private void serve() throws Exception {
    Endpoint coordinator = RelayProcess.freeTcp();
    List<String> words =
        List.of(
            "serve",
            "--no-derp",
            "--url=https://" + coordinator,
            "--listen=" + coordinator,
            "--stun=" + RelayProcess.freeUdp(),
            "--address=127.0.0.1",
            "--state-dir=" + folder.resolve("c"),
            "--run-dir=" + folder.resolve("run"));
    RelayProcess server = RelayProcess.launch(folder, Map.of(), words);
    running.add(server);
    long end = Clock.SYSTEM.nanos() + PATIENCE.toNanos();
    while (!Files.exists(folder.resolve("run").resolve("coordinator.sock"))
        || !Files.exists(folder.resolve("c").resolve("join.key"))) {
      assertThat(server.awaitEnd(Duration.ofMillis(50))).as(server::output).isFalse();
      assertThat(Clock.SYSTEM.nanos()).as(server::output).isLessThan(end);
    }
  }

  private void relays(String joinKey) throws Exception {
    var certificate =
        SelfSigned.create(RANDOM, Clock.SYSTEM.wall(), List.of("localhost"), List.of("127.0.0.1"));
    Files.writeString(folder.resolve("crt"), certificate.certificatePem());
    Files.writeString(folder.resolve("key"), certificate.privateKeyPem());
    byte[] mesh = new byte[32];
    RANDOM.nextBytes(mesh);
    Files.writeString(folder.resolve("mesh"), HexFormat.of().formatHex(mesh));
    String pin = "=sha256-raw:" + HexFormat.of().formatHex(Hash.sha256(certificate.certificate()));
    List<RelayProcess> relays = new ArrayList<>();
    for (Endpoint at : List.of(one, two)) {
      boolean isFirst = at.equals(one);
      String name = isFirst ? "one" : "two";
      var relay =
          RelayProcess.start(
              folder,
              List.of(
                  "--name=" + name,
                  "--listen=" + at,
                  "--stun=" + RelayProcess.freeUdp(),
                  "--address=127.0.0.1",
                  "--state-dir=" + folder.resolve(name),
                  "--run-dir=" + folder.resolve("run-" + name),
                  "--cert=" + folder.resolve("crt"),
                  "--cert-key=" + folder.resolve("key"),
                  "--mesh-key-file=" + folder.resolve("mesh"),
                  "--mesh-with=" + (isFirst ? two : one) + pin,
                  "--join=" + joinKey));
      running.add(relay);
      relays.add(relay);
    }
    for (RelayProcess relay : relays) {
      relay.awaitOutput("mesh_link_up");
    }
  }

  /// Runs a command to its end; answers the last line it printed.
  private String adit(String... command) throws Exception {
    List<String> words = new ArrayList<>(List.of(command));
    words.add("--run-dir=" + folder.resolve("run"));
    try (var process = RelayProcess.launch(folder, Map.of(), words)) {
      assertThat(process.awaitEnd()).as(process::output).isZero();
      return process.output().lines().reduce("", (before, line) -> line).strip();
    }
  }

  private String key(String... options) throws Exception {
    List<String> words = new ArrayList<>(List.of("key", "create", "--out=-"));
    words.addAll(List.of(options));
    return adit(words.toArray(String[]::new));
  }

  /// The set arrives within moments of the join's answer.
  private void awaitAdmitted(Endpoint relay, PrivateKey key) {
    long end = Clock.SYSTEM.nanos() + PATIENCE.toNanos();
    while (!isAdmitted(relay, key)) {
      assertThat(Clock.SYSTEM.nanos()).as("time until a new node is admitted").isLessThan(end);
      LockSupport.parkNanos(20_000_000);
    }
  }

  private boolean isAdmitted(Endpoint relay, PrivateKey key) {
    try (var _ = member(relay, key)) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  NetworkMember member(Endpoint relay, PrivateKey key) throws IOException {
    return new NetworkMember(RelayProcess.tls(relay), key);
  }

  @Override
  public void close() {
    running.reversed().forEach(RelayProcess::close);
  }
}
