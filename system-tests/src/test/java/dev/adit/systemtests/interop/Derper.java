package dev.adit.systemtests.interop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Tailscale's `derper`, with the stage's certificate or as plain HTTP.
record Derper(Program program, int port, int stunPort, boolean isPlain) implements DerpServer {
  private static final Duration START = Duration.ofSeconds(20);

  /// With TLS and the mesh key.
  static Derper start(Stage stage, String name, String... options) throws IOException {
    return start(stage, name, stage.freePort(), List.of(options));
  }

  static Derper start(Stage stage, String name, int port, List<String> options) throws IOException {
    List<String> further =
        new ArrayList<>(
            List.of("-certmode=manual", "-certdir=" + stage.certificates(), "-http-port=-1"));
    further.addAll(options);
    return start(stage, name, port, false, further);
  }

  /// Without TLS, which `derper` does on ports that are not 443.
  static Derper plain(Stage stage, String name, String... options) throws IOException {
    return start(stage, name, stage.freePort(), true, List.of(options));
  }

  private static Derper start(
      Stage stage, String name, int port, boolean isPlain, List<String> options)
      throws IOException {
    Path folder = stage.folder(name);
    Path mesh = Files.writeString(folder.resolve("mesh.key"), MESH_KEY);
    int stun = stage.freePort();
    List<String> command =
        new ArrayList<>(
            List.of(
                GoPrograms.path("derper"),
                "-a=127.0.0.1:" + port,
                "-stun-port=" + stun,
                "-hostname=127.0.0.1",
                "-c=" + folder.resolve("derper.key"),
                "-mesh-psk-file=" + mesh));
    command.addAll(options);
    Program program = stage.start(name, command);
    Waiting.until(
        START, program::tail, () -> listens(port)); // what it logs comes before it listens
    return new Derper(program, port, stun, isPlain);
  }

  private static boolean listens(int port) {
    try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public String url() {
    return (isPlain ? "http" : "https") + "://127.0.0.1:" + port + "/derp";
  }

  @Override
  public String metrics() {
    return url().replace("/derp", "/debug/varz");
  }

  @Override
  public String nameOf(Gauge gauge) {
    return gauge.derpers;
  }
}
