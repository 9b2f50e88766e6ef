package dev.adit.systemtests.interop;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// `adit relay` on loopback, for everybody, with the stage's certificate unless another is asked
/// for.
record AditRelay(Program program, int port, int stunPort, int metricsPort) implements DerpServer {
  private static final Duration START = Duration.ofSeconds(60);

  static AditRelay start(Stage stage, String name, String... options) throws IOException {
    return start(stage, name, stage.freePort(), trusted(stage, List.of(options)));
  }

  /// A node of a region.
  ///
  /// @param peers for `--mesh-with`
  static AditRelay meshed(Stage stage, String name, int port, String peers) throws IOException {
    List<String> mesh = List.of("--mesh-key-file=" + stage.meshKey(), "--mesh-with=" + peers);
    return start(stage, name, port, trusted(stage, mesh));
  }

  /// At this port, which a node of a region keeps when it is started again.
  static AditRelay at(Stage stage, String name, int port, List<String> options) throws IOException {
    return start(stage, name, port, trusted(stage, options));
  }

  private static List<String> trusted(Stage stage, List<String> options) {
    List<String> all = new ArrayList<>(options);
    all.add("--cert=" + stage.certificates().resolve("127.0.0.1.crt"));
    all.add("--cert-key=" + stage.certificates().resolve("127.0.0.1.key"));
    return all;
  }

  /// With nothing but what it must have.
  static AditRelay start(Stage stage, String name, int port, List<String> options)
      throws IOException {
    int stun = stage.freePort();
    int metrics = stage.freePort();
    List<String> command = new ArrayList<>(List.of(Stage.ADIT.toString(), "relay"));
    command.addAll(
        List.of(
            "--listen=127.0.0.1:" + port,
            "--stun=127.0.0.1:" + stun,
            "--address=127.0.0.1",
            "--metrics=127.0.0.1:" + metrics,
            "--state-dir=" + stage.folder(name),
            "--run-dir=" + stage.folder(name + "-run"),
            "--open"));
    command.addAll(options);
    Program program = stage.start(name, command);
    var _ = program.awaitLine(START, line -> line.startsWith("relaying on "));
    return new AditRelay(program, port, stun, metrics);
  }

  @Override
  public String metrics() {
    return "http://127.0.0.1:" + metricsPort + "/metrics";
  }

  @Override
  public String nameOf(Gauge gauge) {
    return gauge.ours;
  }
}
