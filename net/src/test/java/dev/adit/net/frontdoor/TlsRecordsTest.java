package dev.adit.net.frontdoor;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.testkit.TrustsAll;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// TLS once the peer has proven who it is.
class TlsRecordsTest {
  private static final String UPGRADE =
      "GET /derp HTTP/1.1\r\nHost: relay\r\nConnection: Upgrade\r\nUpgrade: DERP\r\n\r\n";

  private final LinkedBlockingQueue<String> ended = new LinkedBlockingQueue<>();
  private FrontDoor door;
  private Socket tcp;

  @BeforeEach
  void opens() throws IOException {
    var routes = new RequestRoutes().derp(one -> new Echo(one, ended), "07".repeat(32));
    door = FrontDoor.start(FrontDoorTlsTest.config(30), routes);
    tcp = new Socket(InetAddress.getLoopbackAddress(), door.listening().getFirst().port());
  }

  @AfterEach
  void closes() throws IOException {
    tcp.close();
    door.close();
  }

  @Test
  void carriesRecordsOfEverySizeBothWays() throws Exception {
    try (var client = proven()) {
      var random = new Random(7);
      for (int size : new int[] {1, 2, 1437, 16_384, 16_385, 40_000, 1, 300_000}) {
        byte[] said = new byte[size];
        random.nextBytes(said);
        var sending = CompletableFuture.runAsync(() -> send(client, said));
        assertThat(client.bytes(size)).isEqualTo(said);
        sending.get(10, TimeUnit.SECONDS);
      }
    }
    assertThat(ended.poll(10, TimeUnit.SECONDS)).isEqualTo("closed");
  }

  private static void send(RawClient client, byte[] bytes) {
    try {
      client.send(bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void saysThatItEnds() throws Exception {
    try (var client = proven()) {
      client.send("so far");
      assertThat(client.text(6)).isEqualTo("so far");
      door.close();
      // without the alert this would be an exception: bytes may have been cut off
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void endsTheConnectionAtARecordThatIsForged() throws Exception {
    var client = proven();
    tcp.getOutputStream()
        .write("\27\3\3\0\40an attacker has written this text".getBytes(ISO_8859_1));
    assertThat(ended.poll(10, TimeUnit.SECONDS)).isEqualTo("closed");
    client.close();
  }

  @Test
  void readsWhatCameTogetherWithTheProof() throws Exception {
    try (var client = connected()) {
      client.send("proven").send("one").send("two");
      assertThat(client.text(12)).isEqualTo("provenonetwo");
    }
  }

  private RawClient proven() throws Exception {
    var client = connected();
    client.send("proven");
    assertThat(client.text(6)).isEqualTo("proven");
    return client;
  }

  private RawClient connected() throws Exception {
    var context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new TrustsAll()}, null);
    var socket =
        (SSLSocket) context.getSocketFactory().createSocket(tcp, "127.0.0.1", tcp.getPort(), true);
    socket.startHandshake();
    var client = new RawClient(socket);
    client.send(UPGRADE).head();
    assertThat(client.text(7)).isEqualTo("welcome");
    return client;
  }
}
