package dev.adit.net.frontdoor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.net.http.HttpResponse;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Port 80 beside a server's own (derp §2.1).
class PlainPortTest {
  private FrontDoor door;
  private Endpoint plain;

  @BeforeEach
  void opens() throws IOException {
    door =
        FrontDoor.start(
            FrontDoorTest.plain(1000, 1000, 30),
            new RequestRoutes().http("/", _ -> HttpResponse.text(200, "main")));
    plain =
        door.listenPlain(
            Endpoint.literal("127.0.0.1:0"),
            PlainPort.routes(
                443,
                request -> HttpResponse.text(200, "proof of " + request.path()),
                request -> HttpResponse.text(403, "debug access denied")));
  }

  @AfterEach
  void closes() {
    door.close();
  }

  @Test
  void sendsEverybodyToHttps() throws IOException {
    assertThat(answer("GET /", "a.example"))
        .startsWith("HTTP/1.1 302")
        .containsIgnoringCase("\r\nlocation: https://a.example/\r\n");
    assertThat(answer("HEAD /derp?x=%20y", "a.example:80"))
        .startsWith("HTTP/1.1 302")
        .containsIgnoringCase("\r\nlocation: https://a.example/derp?x=%20y\r\n");
    assertThat(answer("GET /a%20%C3%A4%25", "[2001:db8::1]:80"))
        .containsIgnoringCase("\r\nlocation: https://[2001:db8::1]/a%20%C3%A4%25\r\n");
    assertThat(answer("POST /", "a")).startsWith("HTTP/1.1 400").endsWith("Use HTTPS\n");
    assertThat(answer("GET /", "a\"b")).startsWith("HTTP/1.1 400");
  }

  @Test
  void namesThePortThatIsNotTheUsualOne() throws IOException {
    var other =
        door.listenPlain(Endpoint.literal("127.0.0.1:0"), PlainPort.routes(8443, null, null));
    try (var client = RawClient.connect(other)) {
      assertThat(
              client.send("GET /.well-known/acme-challenge/x HTTP/1.1\r\nHost: a\r\n\r\n").head())
          .containsIgnoringCase("\r\nlocation: https://a:8443/.well-known/acme-challenge/x\r\n");
    }
  }

  @Test
  void answersWhatIsAskedOfPort80() throws IOException {
    assertThat(answer("GET /generate_204?t=1", "a\r\nX-Tailscale-Challenge: ts_a"))
        .startsWith("HTTP/1.1 204")
        .containsIgnoringCase("x-tailscale-response: response ts_a\r\n");
    assertThat(answer("GET /.well-known/acme-challenge/token", "a"))
        .endsWith("proof of /.well-known/acme-challenge/token\n");
    assertThat(answer("GET /debug/vars", "a")).startsWith("HTTP/1.1 403");
  }

  @Test
  void leavesTheServersOwnPortAlone() throws IOException {
    try (var client = RawClient.connect(door.listening().getFirst())) {
      client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(client.body(client.head())).isEqualTo("main\n");
    }
    assertThat(door.listening()).hasSize(1);
    door.close();
    assertThat(List.of(plain)).noneMatch(PlainPortTest::listens);
  }

  private static boolean listens(Endpoint endpoint) {
    try (var _ = RawClient.connect(endpoint)) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private String answer(String start, String host) throws IOException {
    try (var client = RawClient.connect(plain)) {
      client.send(start + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
      return new String(client.rest(), UTF_8);
    }
  }
}
