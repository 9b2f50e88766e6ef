package dev.adit.cli.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.Adit;
import dev.adit.wire.Text;
import dev.adit.wire.control.AdminToken;
import dev.adit.wire.control.JoinKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What `adit serve` says while somebody, or something, writes it down.
@Timeout(180)
class ServeSecretsTest {
  private static final int LARGEST_KEY_FILE = 8 * 1024;

  @TempDir Path folder;

  /// C-33: at the first start, which makes all secrets, and at one that finds them; and with the
  /// most talkative log.
  @Test
  void noSecretIsInTheOutputThatIsNotATerminal() throws Exception {
    String first = serve("");
    String again = serve("", "--log-level=trace", "--log-format=json");
    String half = serve("2"); // the log goes to a terminal, the output does not
    for (String said : List.of(first, again, half)) {
      assertThat(said).contains("join key: " + state().resolve("join.key"), "everything runs");
      for (String secret : secrets()) {
        assertThat(said.contains(secret)).as(secret + " in\n" + said).isFalse();
      }
    }
  }

  /// So the test above would see it.
  @Test
  void onATerminalTheJoinKeyIsPrintedAndNoOtherSecret() throws Exception {
    String said = serve("1");
    String key = Files.readString(state().resolve("join.key")).strip();
    assertThat(said).contains("  adit up " + key + "\n");
    assertThat(secrets()).contains(key);
    String token = Files.readString(state().resolve("admin.token")).strip();
    assertThat(said).doesNotContain(token, Text.b64(AdminToken.parse(token).secret()));
  }

  /// Everything that only the owner may read, as it is written there and in other letters.
  private List<String> secrets() throws Exception {
    List<String> secrets = new ArrayList<>();
    try (Stream<Path> files = Files.walk(state())) {
      for (Path file : files.filter(ServeSecretsTest::mayHoldAKey).toList()) {
        for (String word : Files.readString(file).split("\\s+")) {
          if (word.length() >= 32) {
            secrets.add(word);
          }
        }
      }
    }
    for (String name : List.of("root.key", "channel.key", "record.key")) {
      String text = Files.readString(state().resolve("identity").resolve(name)).strip();
      assertThat(secrets).contains(text);
      secrets.addAll(forms(Text.parseB64(text, 32)));
    }
    secrets.addAll(forms(JoinKey.parse(read("join.key")).secret()));
    secrets.addAll(forms(AdminToken.parse(read("admin.token")).secret()));
    return secrets;
  }

  private String read(String name) throws IOException {
    return Files.readString(state().resolve(name)).strip();
  }

  private static boolean mayHoldAKey(Path file) {
    try {
      return Files.isRegularFile(file)
          && Files.size(file) <= LARGEST_KEY_FILE
          && !file.getFileName().toString().startsWith("coordinator.db");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> forms(byte[] secret) {
    return List.of(
        Text.b64(secret),
        Base64.getEncoder().withoutPadding().encodeToString(secret),
        HexFormat.of().formatHex(secret),
        HexFormat.of().withUpperCase().formatHex(secret));
  }

  private Path state() {
    return folder.resolve("state");
  }

  /// Starts a server in a process of its own, lets it say how to go on, and ends it.
  ///
  /// @param terminals the descriptors that are terminals, as the script `adit` tells
  /// @return all that came out of it, log and all
  private String serve(String terminals, String... more) throws Exception {
    List<String> command = new ArrayList<>(java(terminals));
    int port = freeTcpPort();
    command.addAll(
        List.of(
            "serve",
            "--url=https://127.0.0.1:" + port,
            "--listen=127.0.0.1:" + port,
            "--stun=127.0.0.1:" + freeUdpPort(),
            "--address=127.0.0.1",
            "--state-dir=" + state(),
            "--run-dir=" + folder.resolve("run")));
    command.addAll(List.of(more));
    Process server = new ProcessBuilder(command).redirectErrorStream(true).start();
    var said = new StringBuilder();
    try (BufferedReader out = server.inputReader(StandardCharsets.UTF_8)) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        said.append(line).append('\n');
        if (line.contains("everything runs")) {
          server.toHandle().destroy(); // SIGTERM; its last words are read, too
        }
      }
      assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      server.destroyForcibly();
    }
    return said.toString();
  }

  private static List<String> java(String terminals) {
    String path = System.getProperty("surefire.real.class.path");
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-Dadit.terminal=" + terminals,
        "-cp",
        path != null ? path : System.getProperty("java.class.path"),
        Adit.class.getName());
  }

  private static int freeTcpPort() throws IOException {
    try (var socket = new ServerSocket(0, 1, loopback())) {
      return socket.getLocalPort();
    }
  }

  private static int freeUdpPort() throws IOException {
    try (var socket = new DatagramSocket(0, loopback())) {
      return socket.getLocalPort();
    }
  }

  private static InetAddress loopback() throws IOException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
  }
}
