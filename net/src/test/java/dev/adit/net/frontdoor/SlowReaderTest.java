package dev.adit.net.frontdoor;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.net.http.HttpResponse;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/// Somebody asks without end and reads nothing.
class SlowReaderTest {
  private static final int REQUESTS = 10_000;
  private static final String ANSWER = "x".repeat(4_000);
  private static final long QUIET_NANOS = 500_000_000;

  private final AtomicInteger asked = new AtomicInteger();

  @Test
  void whoReadsNoAnswersIsNotAskedForMoreRequests() throws Exception {
    var routes = new RequestRoutes().http("/api", _ -> answer());
    try (var door = FrontDoor.start(FrontDoorTest.plain(10, 10, 30), routes);
        var client = new Socket()) {
      client.setReceiveBufferSize(4096);
      Endpoint there = door.listening().getFirst();
      client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), there.port()));
      Thread writer = Thread.ofVirtual().start(() -> askAll(client));

      int answered = settled();
      assertThat(answered).as("answers for nobody, 40 MB in all").isBetween(1, REQUESTS / 2);

      var buffer = new byte[64 * 1024];
      while (asked.get() < REQUESTS) {
        assertThat(client.getInputStream().read(buffer)).as("goes on when read").isPositive();
      }
      writer.join();
    }
  }

  private HttpResponse answer() {
    asked.incrementAndGet();
    return HttpResponse.text(200, ANSWER);
  }

  private static void askAll(Socket client) {
    byte[] request = "GET /api/x HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII);
    try {
      for (int i = 0; i < REQUESTS; i++) {
        client.getOutputStream().write(request);
      }
    } catch (IOException e) {
      // then not all were asked
    }
  }

  /// How many were asked when nothing moves any more.
  private int settled() {
    int before;
    do {
      before = asked.get();
      LockSupport.parkNanos(QUIET_NANOS);
    } while (before == 0 || asked.get() != before);
    return before;
  }
}
