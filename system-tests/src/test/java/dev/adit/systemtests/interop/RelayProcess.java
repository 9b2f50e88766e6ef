package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.net.tls.Connection;
import dev.adit.net.tls.PinPolicy;
import dev.adit.net.tls.TlsClient;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// `adit` as a process of its own, run from the classes of this test.
final class RelayProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String STARTED = "relaying on ";

  private final Process process;
  private final Path log;

  private RelayProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /// Starts `adit` with these words, and `environment` beside its own.
  ///
  /// @param folder where its output goes
  static RelayProcess launch(Path folder, Map<String, String> environment, List<String> words)
      throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx128m",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.adit.cli.Adit"));
    command.addAll(words);
    Path log = Files.createTempFile(folder, "adit", ".log");
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("ADIT_CONFIG_DIR", folder.toString());
    builder.environment().putAll(environment);
    return new RelayProcess(builder.redirectOutput(log.toFile()).start(), log);
  }

  /// A relay that has begun to relay.
  static RelayProcess start(Path folder, List<String> options) throws Exception {
    var words = new ArrayList<String>(List.of("relay"));
    words.addAll(options);
    RelayProcess relay = launch(folder, Map.of(), words);
    try {
      relay.awaitOutput(STARTED);
    } catch (AssertionError e) {
      relay.close();
      throw e;
    }
    return relay;
  }

  /// Waits until its output holds `text`.
  void awaitOutput(String text) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!output().contains(text)) {
      assertThat(process.isAlive() || output().contains(text)).as(this::output).isTrue();
      assertThat(System.nanoTime()).as("no '%s' in time: %s", text, output()).isLessThan(end);
      boolean _ = process.waitFor(50, TimeUnit.MILLISECONDS);
    }
  }

  /// Waits for its end, and answers its exit code.
  int awaitEnd() throws Exception {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as(this::output).isTrue();
    return process.exitValue();
  }

  /// Sends it a signal, such as `HUP`.
  void signal(String name) throws Exception {
    String pid = Long.toString(process.pid());
    assertThat(new ProcessBuilder("kill", "-" + name, pid).inheritIO().start().waitFor()).isZero();
  }

  /// True if it ends within `limit`.
  boolean awaitEnd(Duration limit) throws InterruptedException {
    return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  /// Standard output and error together, so far.
  String output() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  static Connection tls(Endpoint to) throws IOException {
    return TlsClient.connect(List.of(to), null, PinPolicy.any(), Duration.ofSeconds(20));
  }

  static Connection plain(Endpoint to) throws IOException {
    return TlsClient.connectPlain(List.of(to), Duration.ofSeconds(20));
  }

  /// A TCP port of loopback that is free now.
  static Endpoint freeTcp() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return Endpoint.literal("127.0.0.1:" + socket.getLocalPort());
    }
  }

  /// A UDP port of loopback that is free now.
  static Endpoint freeUdp() throws IOException {
    try (var socket = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
      return Endpoint.literal("127.0.0.1:" + socket.getLocalPort());
    }
  }

  /// Ends it by SIGTERM, and by SIGKILL if that has no effect.
  @Override
  public void close() {
    process.destroy();
    try {
      if (process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
  }
}
