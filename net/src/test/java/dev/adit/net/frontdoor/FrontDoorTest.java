package dev.adit.net.frontdoor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.net.http.HttpResponse;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FrontDoorTest {
  private static final Endpoint LOOPBACK = Endpoint.literal("127.0.0.1:0");
  private static final String KEY = "07".repeat(32);
  private static final String UPGRADE =
      "GET /derp HTTP/1.1\r\nHost: relay\r\nConnection: Upgrade\r\nUpgrade: DERP\r\n\r\n";

  private final LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private FrontDoor door;

  @BeforeEach
  void opens() throws IOException {
    door = FrontDoor.start(plain(1000, 1000, 30), routes());
  }

  @AfterEach
  void closes() {
    door.close();
  }

  @Test
  void answersRequestAfterRequestOnOneConnection() throws IOException {
    try (var client = client()) {
      for (int i = 0; i < 3; i++) {
        client.send("GET /api/v1/things?i=" + i + " HTTP/1.1\r\nHost: a\r\n\r\n");
        String head = client.head();
        assertThat(head).startsWith("HTTP/1.1 200 OK\r\n").containsIgnoringCase("\r\ndate: ");
        assertThat(client.body(head)).isEqualTo("GET /api/v1/things i=" + i + " \n");
      }
    }
  }

  @Test
  void answersPipelinedRequestsInOrderAndThenUpgrades() throws IOException {
    try (var client = client()) {
      client.send(
          request("POST /api/v1/a%20b", "Content-Length: 5")
              + "hello"
              + request("GET /api/v1/two", "X: y")
              + UPGRADE
              + "first bytes");
      assertThat(client.body(client.head())).isEqualTo("POST /api/v1/a b null hello\n");
      assertThat(client.body(client.head())).isEqualTo("GET /api/v1/two null \n");
      assertThat(client.head())
          .isEqualTo(
              "HTTP/1.1 101 Switching Protocols\r\nUpgrade: DERP\r\nConnection: Upgrade\r\n"
                  + "Derp-Version: 2\r\nDerp-Public-Key: "
                  + KEY
                  + "\r\n\r\n");
      assertThat(client.text(7)).isEqualTo("welcome");
      assertThat(client.text(11)).isEqualTo("first bytes");
      client.send("and more");
      assertThat(client.text(8)).isEqualTo("and more");
    }
  }

  @Test
  void joinsChunksAndInvitesABodyThatWaits() throws IOException {
    try (var client = client()) {
      client.send(request("POST /api/v1/x", "Transfer-Encoding: chunked\r\nExpect: 100-continue"));
      assertThat(client.head()).startsWith("HTTP/1.1 100 ");
      client.send("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
      assertThat(client.body(client.head())).endsWith("abcde\n");
    }
  }

  @Test
  void prefersTheLongestPrefix() throws IOException {
    assertThat(answer("GET /api/v1/special/x")).contains("HTTP/1.1 200").endsWith("special\n");
    assertThat(answer("GET /api/v1/specialist")).endsWith("GET /api/v1/specialist null \n");
    assertThat(answer("GET /api/v2")).startsWith("HTTP/1.1 404");
    assertThat(answer("HEAD /api/v1")).startsWith("HTTP/1.1 200").endsWith("\r\n\r\n");
  }

  @Test
  void saysInternalErrorWhenAHandlerFails() throws IOException {
    assertThat(answer("GET /fails")).startsWith("HTTP/1.1 500").endsWith("internal error\n");
  }

  @Test
  void refusesWhatIsTooLongOrNotHttp() throws IOException {
    assertThat(answer("GET /" + "x".repeat(9000))).startsWith("HTTP/1.1 414");
    assertThat(answer("GET /api/v1 HTTP/1.1\r\nX: " + "x".repeat(17_000) + "\r\nY:"))
        .startsWith("HTTP/1.1 431");
    assertThat(answer("GET /api/../etc")).startsWith("HTTP/1.1 400");
    assertThat(answer("GET /%zz")).startsWith("HTTP/1.1 400");
    assertThat(answer("GET /a%0ab")).startsWith("HTTP/1.1 400");
    assertThat(answer("GET /a\u00e4")).startsWith("HTTP/1.1 400");
    assertThat(answer("\0\1\2")).startsWith("HTTP/1.1 400");
    assertThat(answer("POST /api/v1 HTTP/1.1\r\nContent-Length: 65537\r\nY:"))
        .startsWith("HTTP/1.1 413");
  }

  /// RR-43: a path that only who knows it may find answers a question of 4 KiB like any other.
  @Test
  void saysOfASmallBodyToNowhereThatNothingIsThere() throws IOException {
    assertThat(answer("POST /none HTTP/1.1\r\nContent-Length: 4097\r\nY:"))
        .startsWith("HTTP/1.1 413");
    try (var client = client()) {
      String head = "POST /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4096";
      client.send(head + "\r\n\r\n" + "x".repeat(4096));
      assertThat(new String(client.rest(), UTF_8))
          .startsWith("HTTP/1.1 404")
          .endsWith("not found\n");
    }
  }

  @Test
  void refusesAChunkedBodyThatGrowsTooLong() throws IOException {
    try (var client = client()) {
      client.send("POST /api/v1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
      client.send("10000\r\n" + "x".repeat(0x10000) + "\r\n1\r\nx\r\n");
      assertThat(client.head()).startsWith("HTTP/1.1 413");
    }
  }

  /// derp §17.32
  @Test
  void servesTheProbesOfDerpsClients() throws IOException {
    assertThat(answer("GET /derp/probe"))
        .startsWith("HTTP/1.1 200")
        .containsIgnoringCase("access-control-allow-origin: *");
    assertThat(answer("HEAD /derp/latency-check")).startsWith("HTTP/1.1 200");
    assertThat(answer("POST /derp/probe"))
        .startsWith("HTTP/1.1 405")
        .endsWith("bogus probe method\n");
    assertThat(answer("GET /generate_204 HTTP/1.1\r\nX-Tailscale-Challenge: ts_a.b-1:2\r\nY:"))
        .startsWith("HTTP/1.1 204")
        .containsIgnoringCase("x-tailscale-response: response ts_a.b-1:2\r\n")
        .containsIgnoringCase("cache-control: no-cache");
    assertThat(answer("GET /generate_204 HTTP/1.1\r\nX-Tailscale-Challenge: a b\r\nY:"))
        .startsWith("HTTP/1.1 204")
        .doesNotContainIgnoringCase("x-tailscale-response");
    String longest = "a".repeat(64);
    assertThat(challenge(longest)).containsIgnoringCase("response " + longest + "\r\n");
    for (String bad : List.of("", longest + "a", "a;b", "\u00e4", "a/b", "a\tb")) {
      assertThat(challenge(bad)).doesNotContainIgnoringCase("x-tailscale-response");
    }
  }

  private String challenge(String text) throws IOException {
    return answer("GET /generate_204 HTTP/1.1\r\nX-Tailscale-Challenge: " + text + "\r\nY:");
  }

  @Test
  void wantsAnUpgradeForDerp() throws IOException {
    assertThat(answer("GET /derp"))
        .startsWith("HTTP/1.1 426")
        .endsWith("DERP requires connection upgrade\n");
    assertThat(answer("GET /derp HTTP/1.1\r\nUpgrade: h2c\r\nY:")).startsWith("HTTP/1.1 426");
    assertThat(
            answer(
                "GET /derp HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: derp\r\nY:"))
        .startsWith("HTTP/1.1 426");
  }

  /// Neither method, version nor other headers count; `websocket` without subprotocol is an old
  /// client of plain DERP.
  @Test
  void takesEveryRequestThatAsksForDerp() throws IOException {
    for (String request :
        List.of(
            "POST /derp HTTP/1.1\r\nupgrade: derp\r\n\r\n",
            "GET /derp HTTP/1.0\r\nUpgrade: Derp\r\nOrigin: https://a\r\n\r\n",
            "GET /derp HTTP/1.1\r\nUpgrade: WebSocket\r\n\r\n",
            "GET /derp HTTP/1.1\r\nUpgrade: DERP\r\nDerp-Fast-Start: true\r\n\r\n")) {
      try (var client = client()) {
        assertThat(client.send(request).head()).contains("\r\nUpgrade: DERP\r\n");
        assertThat(client.text(7)).isEqualTo("welcome");
      }
    }
  }

  @Test
  void saysThatTheRelayIsOffAndServesTheRest() throws IOException {
    door.close();
    door = FrontDoor.start(plain(1000, 1000, 30), new RequestRoutes().derpOff());
    assertThat(answer("GET /derp HTTP/1.1\r\nUpgrade: DERP\r\nY:"))
        .startsWith("HTTP/1.1 404")
        .endsWith("derp server disabled\n");
    assertThat(answer("GET /derp/probe")).startsWith("HTTP/1.1 200");
    assertThat(answer("GET /generate_204")).startsWith("HTTP/1.1 204");
  }

  /// derp §17.34
  @Test
  void connectsToNobodyForAnybody() throws IOException {
    assertThat(answer("CONNECT login.example.com:443"))
        .startsWith("HTTP/1.1 403")
        .endsWith("CONNECT not enabled\n");
  }

  /// derp §17.21
  @Test
  void closesWhatIsBeyondTheOperatorsRateAndGoesOn() throws Exception {
    door.close();
    var options = DoorOptions.DEFAULT.with(new DoorOptions.AcceptRate(0.1, 2));
    door = FrontDoor.start(plain(1000, 1000, 30).with(options), routes());
    try (var first = client();
        var second = client();
        var third = client()) {
      assertThat(third.rest()).isEmpty();
      first.send("GET /api/v1 HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(first.head()).startsWith("HTTP/1.1 200");
      second.send("GET /api/v1 HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(second.head()).startsWith("HTTP/1.1 200");
    }
  }

  /// derp §17.8: what was sent behind the header is not lost.
  @Test
  void sendsNoHeadToAClientThatStartsFast() throws IOException {
    try (var client = client()) {
      client.send(
          "GET /derp HTTP/1.1\r\nHost: a\r\nUpgrade: DERP\r\nDerp-Fast-Start: 1\r\n\r\nhello");
      assertThat(client.text(12)).isEqualTo("welcomehello");
    }
  }

  @Test
  void tellsTheAcceptorWhetherItIsTheNodeOfTheClientsChoice() throws IOException {
    door.close();
    door =
        FrontDoor.start(
            plain(1000, 1000, 30),
            new RequestRoutes()
                .derp(
                    connection -> {
                      connection.write(new byte[] {(byte) (connection.isIdeal() ? 'y' : 'n')});
                      return new Echo(connection, heard);
                    },
                    KEY));
    for (String ideal : List.of("", "Ideal-Node: \r\n", "Ideal-Node: 1a\r\n")) {
      try (var client = client()) {
        client.send("GET /derp HTTP/1.1\r\nUpgrade: DERP\r\n" + ideal + "\r\n").head();
        assertThat(client.text(1)).isEqualTo(ideal.contains("1a") ? "n" : "y");
      }
    }
  }

  @Test
  void tellsTheListenerThatThePeerHasGone() throws Exception {
    try (var client = client()) {
      client.send(UPGRADE).head();
      client.text(7);
    }
    assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("closed");
  }

  @Test
  void endsConnectionsThatDoNotFinishARequest() throws IOException {
    door.close();
    door = FrontDoor.start(plain(1000, 1000, 1), routes());
    try (var silent = client();
        var slow = client()) {
      slow.send("GET / HTTP/1.1\r\nHost:");
      assertThat(silent.rest()).isEmpty();
      assertThat(slow.rest()).isEmpty();
    }
  }

  @Test
  void turnsAwayTooManyUnprovenConnectionsOfOneAddress() throws IOException {
    door.close();
    door = FrontDoor.start(plain(1000, 2, 30), routes());
    try (var proven = client();
        var first = client();
        var second = client()) {
      proven.send(UPGRADE).head();
      proven.text(7);
      proven.send("proven");
      assertThat(proven.text(6)).isEqualTo("proven");
      first.send("GET /api/v1 HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(first.head()).startsWith("HTTP/1.1 200");
      try (var third = client()) {
        third.send("GET /api/v1 HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(third.head()).startsWith("HTTP/1.1 200");
        try (var fourth = client()) {
          assertThat(fourth.rest()).isEmpty();
        }
      }
      assertThat(second.rest()).isEmpty();
    }
  }

  @Test
  void turnsAwayTooManyConnections() throws IOException {
    door.close();
    door = FrontDoor.start(plain(1, 1000, 30), routes());
    try (var first = client();
        var second = client()) {
      assertThat(second.rest()).isEmpty();
      first.send("GET /api/v1 HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(first.head()).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void theLimitsAreThoseOfTheDocumentation() {
    var config = FrontDoorConfig.of(List.of(LOOPBACK), null);
    assertThat(config.maxConnections()).isEqualTo(65_536);
    assertThat(config.maxUnprovenPerAddress()).isEqualTo(1_024);
    assertThat(config.requestSeconds()).isEqualTo(30);
    assertThat(RequestRoutes.DEFAULT_BODY_LIMIT).isEqualTo(65_536);
  }

  @Test
  void takesARequestLineOf8KiBAndAHeaderOf16KiB() throws IOException {
    String line = "GET /api/v1/";
    int left = 8192 - line.length() - " HTTP/1.1".length();
    assertThat(answer(line + "x".repeat(left))).startsWith("HTTP/1.1 200");
    assertThat(answer(line + "x".repeat(left + 1))).startsWith("HTTP/1.1 414");
    String named = "GET /api/v1 HTTP/1.1\r\nX: ";
    assertThat(answer(named + "x".repeat(16_384 - 200) + "\r\nY:")).startsWith("HTTP/1.1 200");
    assertThat(answer(named + "x".repeat(16_384) + "\r\nY:")).startsWith("HTTP/1.1 431");
  }

  @Test
  void namesThePortThatIsInUse() {
    var taken = door.listening().getFirst();
    assertThatThrownBy(() -> FrontDoor.start(FrontDoorConfig.of(List.of(taken), null), routes()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("port " + taken.port() + " is in use");
  }

  @Test
  void endsEveryConnectionWhenItCloses() throws Exception {
    try (var client = client()) {
      client.send(UPGRADE).head();
      client.text(7);
      door.close();
      assertThat(client.rest()).isEmpty();
    }
    assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("closed");
  }

  @Test
  void listensOnBothFamiliesAtOnce() throws IOException {
    door.close();
    door = FrontDoor.start(FrontDoorConfig.of(List.of(Endpoint.literal("[::]:0")), null), routes());
    int port = door.listening().getFirst().port();
    for (String address : List.of("127.0.0.1:" + port, "[::1]:" + port)) {
      try (var client = RawClient.connect(Endpoint.literal(address))) {
        client.send("GET /peer HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(client.body(client.head()))
            .startsWith(address.substring(0, address.lastIndexOf(':') + 1));
      }
    }
  }

  static FrontDoorConfig plain(int connections, int perAddress, int seconds) {
    return new FrontDoorConfig(List.of(LOOPBACK), null, 1, connections, perAddress, seconds);
  }

  private RequestRoutes routes() {
    return new RequestRoutes()
        .derp(connection -> new Echo(connection, heard), KEY)
        .http(
            "/api/v1",
            request ->
                HttpResponse.text(
                    200,
                    request.method()
                        + " "
                        + request.path()
                        + " "
                        + request.query()
                        + " "
                        + new String(request.body(), UTF_8)))
        .http("/api/v1/special", _ -> HttpResponse.text(200, "special"))
        .http("/peer", request -> HttpResponse.text(200, String.valueOf(request.peer())))
        .http(
            "/fails",
            _ -> {
              throw new IllegalStateException("on purpose");
            });
  }

  private RawClient client() throws IOException {
    return RawClient.connect(door.listening().getFirst());
  }

  private static String request(String start, String header) {
    return start + " HTTP/1.1\r\nHost: a\r\n" + header + "\r\n\r\n";
  }

  /// The whole answer to one request line (and headers, if it holds any).
  private String answer(String request) throws IOException {
    try (var client = client()) {
      String version = request.contains(" HTTP/1.1\r\n") ? " x" : " HTTP/1.1";
      client.send(request + version + "\r\nHost: a\r\nConnection: close\r\n\r\n");
      return new String(client.rest(), UTF_8);
    }
  }
}
