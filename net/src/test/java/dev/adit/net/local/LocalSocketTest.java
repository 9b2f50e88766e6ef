package dev.adit.net.local;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.net.http.HttpHandler;
import dev.adit.net.http.HttpResponse;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalSocketTest {
  private static final HttpHandler ECHO =
      request ->
          HttpResponse.text(
              200,
              request.method()
                  + " "
                  + request.path()
                  + " "
                  + request.query()
                  + " "
                  + new String(request.body(), UTF_8));

  @TempDir Path temp;

  @Test
  void answersARequest() throws IOException {
    try (var _ = start(ECHO)) {
      var answer = LocalClient.request(socket(), "POST", "/v1/a%20b?c=d", "body".getBytes(UTF_8));
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.text()).isEqualTo("POST /v1/a b c=d body\n");
    }
  }

  @Test
  void saysWhoIsAsking() throws IOException {
    HttpHandler who = request -> HttpResponse.text(200, String.valueOf(request.user()));
    try (var _ = start(who)) {
      assertThat(get("/").text())
          .contains("name=" + System.getProperty("user.name"), "trusted=true");
    }
  }

  @Test
  void carriesSeveralRequestsOnOneConnection() throws IOException {
    String request = "GET /x HTTP/1.1\r\nHost: adit.local\r\n\r\n";
    String last = "GET /y HTTP/1.1\r\nHost: adit.local\r\nConnection: close\r\n\r\n";
    try (var _ = start(ECHO)) {
      assertThat(raw(request + last)).contains("GET /x", "GET /y", "Connection: close");
    }
  }

  @Test
  void refusesWebPagesAndForeignHosts() throws IOException {
    try (var _ = start(ECHO)) {
      assertThat(raw("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n")).startsWith("HTTP/1.1 421 ");
      assertThat(raw("GET / HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 421 ");
      assertThat(raw("GET / HTTP/1.1\r\nHost: adit.local\r\nOrigin: https://x\r\n\r\n"))
          .startsWith("HTTP/1.1 403 ");
    }
  }

  @Test
  void refusesLongBodiesChunksAndNonsense() throws IOException {
    String head = "POST / HTTP/1.1\r\nHost: adit.local\r\n";
    try (var _ = start(ECHO)) {
      assertThat(raw(head + "Content-Length: 65537\r\n\r\n")).startsWith("HTTP/1.1 413 ");
      assertThat(raw(head + "Transfer-Encoding: chunked\r\n\r\n")).startsWith("HTTP/1.1 411 ");
      assertThat(raw("nonsense\r\nHost: adit.local\r\n\r\n")).startsWith("HTTP/1.1 400 ");
      assertThat(raw("GET /%0a HTTP/1.1\r\nHost: adit.local\r\n\r\n")).startsWith("HTTP/1.1 400 ");
      assertThat(raw("GET /%4 HTTP/1.1\r\nHost: adit.local\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    }
  }

  @Test
  void turnsAFailingHandlerIntoAnAnswer() throws IOException {
    HttpHandler failing =
        _ -> {
          throw new IllegalStateException("secret detail");
        };
    try (var _ = start(failing)) {
      assertThat(get("/").status()).isEqualTo(500);
      assertThat(get("/").text()).doesNotContain("secret detail");
    }
  }

  @Test
  void endsAConnectionThatDoesNotFinishItsRequest() throws IOException {
    var limits = new LocalLimits(100, 4, Duration.ofMillis(50));
    try (var _ = LocalServer.start(socket(), LocalServer.OWNER, ECHO, limits)) {
      assertThat(raw("GET / HT")).isEmpty();
    }
  }

  @Test
  void theLimitsAreThoseOfTheSpecification() {
    var readTimeout = Duration.ofSeconds(10);
    assertThat(LocalLimits.agent()).isEqualTo(new LocalLimits(65_536, 64, readTimeout));
    assertThat(LocalLimits.coordinator()).isEqualTo(new LocalLimits(1_048_576, 64, readTimeout));
  }

  @Test
  void refusesA65thConnection() throws IOException {
    var open = new ArrayList<SocketChannel>();
    try (var _ = start(ECHO)) {
      for (int i = 0; i < 64; i++) {
        open.add(SocketChannel.open(UnixDomainSocketAddress.of(socket())));
      }
      assertThat(get("/").status()).isEqualTo(503);
      // The 64th was let in: it is answered.
      SocketChannel last = open.getLast();
      last.write(ByteBuffer.wrap("GET / HTTP/1.1\r\nHost: adit.local\r\n\r\n".getBytes(US_ASCII)));
      ByteBuffer answer = ByteBuffer.allocate(12);
      assertThat(last.read(answer)).isEqualTo(12);
      assertThat(new String(answer.array(), US_ASCII)).isEqualTo("HTTP/1.1 200");
    } finally {
      for (var channel : open) {
        channel.close();
      }
    }
  }

  @Test
  void refusesOneConnectionTooMany() throws IOException {
    var limits = new LocalLimits(100, 1, Duration.ofSeconds(10));
    try (var _ = LocalServer.start(socket(), LocalServer.OWNER, ECHO, limits);
        var first = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
      assertThat(first.isConnected()).isTrue();
      assertThat(get("/").status()).isEqualTo(503);
    }
  }

  @Test
  void theClientGivesUpAfterItsTimeLimit() throws IOException {
    var release = new CountDownLatch(1);
    HttpHandler slow =
        _ -> {
          try {
            release.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return HttpResponse.empty(204);
        };
    try (var _ = start(slow)) {
      assertThatThrownBy(
              () -> LocalClient.request(socket(), "GET", "/", new byte[0], Duration.ofMillis(50)))
          .isInstanceOf(java.net.SocketTimeoutException.class)
          .hasMessageContaining("no answer within 50 ms");
      release.countDown();
    }
  }

  @Test
  void replacesASocketFileThatNobodyServes() throws IOException {
    try (var left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      left.bind(UnixDomainSocketAddress.of(socket()));
    }
    assertThat(socket()).exists();
    try (var _ = start(ECHO)) {
      assertThat(get("/").status()).isEqualTo(200);
    }
    assertThat(socket()).doesNotExist();
  }

  @Test
  void leavesASocketAloneThatAnotherProgramServes() throws IOException {
    try (var _ = start(ECHO)) {
      assertThatThrownBy(() -> start(ECHO))
          .isInstanceOf(IOException.class)
          .hasMessage(socket() + " is in use by a running program");
      assertThat(get("/").status()).isEqualTo(200);
    }
  }

  @Test
  void givesTheSocketFileItsMode() throws IOException {
    try (var _ = LocalServer.start(socket(), LocalServer.EVERYBODY, ECHO, LocalLimits.agent())) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())))
          .isEqualTo("rw-rw-rw-");
    }
  }

  private LocalServer start(HttpHandler handler) throws IOException {
    return LocalServer.start(socket(), LocalServer.OWNER, handler, LocalLimits.agent());
  }

  private LocalClient.Answer get(String target) throws IOException {
    return LocalClient.request(socket(), "GET", target, new byte[0]);
  }

  /// Everything the server says to `bytes` until it ends the connection or we have sent all.
  private String raw(String bytes) throws IOException {
    try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
      Channels.newOutputStream(channel).write(bytes.getBytes(US_ASCII));
      boolean whole = bytes.endsWith("\r\n\r\n");
      if (whole) {
        channel.shutdownOutput();
      }
      return new String(Channels.newInputStream(channel).readAllBytes(), US_ASCII);
    }
  }

  private Path socket() {
    return temp.resolve("s.sock");
  }
}
