package dev.adit.net.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Against a fake implementation.
class WireGuardUapiTest {
  @TempDir Path temp;

  @Test
  void keepsItsConnectionWhileAllIsWell() throws Exception {
    try (var fake = new Fake("listen_port=1\nerrno=0\n\n", "errno=0\n\n");
        var uapi = new WireGuardUapi(fake.socket)) {
      assertThat(uapi.read().listenPort()).isEqualTo(1);
      uapi.apply(DeviceChanges.ofPeers(List.of()));
      assertThat(fake.requests).containsExactly("get=1", "set=1");
      assertThat(fake.connections).hasSize(1);
    }
  }

  @Test
  void tellsTheErrorAndLeavesTheConnection() throws Exception {
    try (var fake = new Fake("errno=-98\n\n", "errno=0\n\n");
        var uapi = new WireGuardUapi(fake.socket)) {
      assertThatThrownBy(() -> uapi.apply(DeviceChanges.ofPeers(List.of())))
          .isInstanceOfSatisfying(
              ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(ErrnoException.EADDRINUSE))
          .hasMessageContaining("the port is in use");
      uapi.read();
      assertThat(fake.connections).hasSize(2);
    }
  }

  @Test
  void connectsAnewWhenTheImplementationEndedTheConnection() throws Exception {
    try (var fake = new Fake("errno=0\n\n", "", "listen_port=7\nerrno=0\n\n");
        var uapi = new WireGuardUapi(fake.socket)) {
      uapi.read();
      assertThat(uapi.read().listenPort()).isEqualTo(7);
    }
  }

  @Test
  void saysThatNobodyIsThere() {
    var uapi = new WireGuardUapi(temp.resolve("none.sock"));
    assertThatThrownBy(uapi::read)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot connect to");
  }

  /// Answers each request with the next text; an empty one ends the connection instead.
  private final class Fake implements AutoCloseable {
    final Path socket = temp.resolve("wg.sock");
    final List<String> requests = new CopyOnWriteArrayList<>();
    final List<String> connections = new CopyOnWriteArrayList<>();
    private final ServerSocketChannel listener;
    private final List<String> answers;

    Fake(String... answers) throws IOException {
      this.answers = new CopyOnWriteArrayList<>(answers);
      listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      listener.bind(UnixDomainSocketAddress.of(socket));
      Thread.ofVirtual().start(this::serve);
    }

    private void serve() {
      while (true) {
        try (var channel = listener.accept()) {
          connections.add("one");
          var lines =
              new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), US_ASCII));
          while (true) {
            String first = lines.readLine();
            if (first == null) {
              break;
            }
            String line = first;
            while (line != null && !line.isEmpty()) {
              line = lines.readLine();
            }
            requests.add(first);
            String answer = answers.removeFirst();
            if (answer.isEmpty()) {
              break;
            }
            Channels.newOutputStream(channel).write(answer.getBytes(US_ASCII));
          }
        } catch (IOException e) {
          if (!listener.isOpen()) {
            return;
          }
        }
      }
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }
}
