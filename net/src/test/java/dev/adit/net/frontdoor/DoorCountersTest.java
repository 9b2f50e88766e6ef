package dev.adit.net.frontdoor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.SelfSigned;
import dev.adit.net.Clock;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.metrics.Readings;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DoorCountersTest {
  private static final Endpoint LOOPBACK = Endpoint.literal("127.0.0.1:0");

  @Test
  void countsAnswersByStatusAndConnectionsByWhatBecameOfThem() throws IOException {
    var config = new FrontDoorConfig(List.of(LOOPBACK), null, 1, 2, 1000, 1);
    var routes = new RequestRoutes().http("/a", request -> HttpResponse.text(200, "a"));
    try (var door = FrontDoor.start(config, routes);
        var first = RawClient.connect(door.listening().getFirst());
        var second = RawClient.connect(door.listening().getFirst())) {
      first.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n").head();
      second.send("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n").head();
      assertThat(read(door).value("adit_http_answers_total", "200")).isEqualTo(1);
      assertThat(read(door).value("adit_http_answers_total", "404")).isEqualTo(1);
      assertThat(read(door).value("adit_http_connections")).isEqualTo(2);
      try (var third = RawClient.connect(door.listening().getFirst())) {
        assertThat(third.rest()).isEmpty();
      }
      assertThat(read(door).value("adit_http_connections_refused_total", "too_many")).isEqualTo(1);
      assertThat(first.rest()).isNotEmpty(); // the body, then the end: no request within a second
      await(door, "adit_http_request_timeouts_total");
    }
  }

  @Test
  void countsTlsHandshakesByTheirEnd() throws IOException {
    var own = SelfSigned.create(new Random(1), Clock.SYSTEM.wall(), List.of("relay"), List.of());
    var tls = new FrontDoorConfig.Tls(own.privateKeyPem(), own.certificatePem());
    try (var door =
        FrontDoor.start(FrontDoorConfig.of(List.of(LOOPBACK), tls), new RequestRoutes())) {
      try (var client = RawClient.connect(door.listening().getFirst())) {
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await(door, "adit_tls_handshakes_failed_total", "not_tls");
      }
      try (var client = RawClient.connect(door.listening().getFirst())) {
        client.send(new byte[] {0x16, 0x03});
      }
      await(door, "adit_tls_handshakes_failed_total", "gone");
    }
  }

  @Test
  void whoSaysNothingIsNotGivenTls() throws IOException {
    var own = SelfSigned.create(new Random(1), Clock.SYSTEM.wall(), List.of("relay"), List.of());
    var tls = new FrontDoorConfig.Tls(own.privateKeyPem(), own.certificatePem());
    var config = new FrontDoorConfig(List.of(LOOPBACK), tls, 1, 10, 10, 1);
    try (var door = FrontDoor.start(config, new RequestRoutes());
        var silent = RawClient.connect(door.listening().getFirst())) {
      assertThat(silent.rest()).isEmpty();
      await(door, "adit_http_request_timeouts_total");
      assertThat(read(door).value("adit_tls_handshakes_failed_total", "timeout")).isZero();
    }
  }

  private static Readings read(FrontDoor door) {
    var readings = new Readings();
    door.read(readings);
    return readings;
  }

  /// The client may see the end before the server has counted it.
  private static void await(FrontDoor door, String name, String... labels) {
    while (read(door).value(name, labels) == 0) {
      LockSupport.parkNanos(1_000_000);
    }
  }
}
