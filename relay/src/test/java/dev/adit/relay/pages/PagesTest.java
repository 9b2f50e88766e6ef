package dev.adit.relay.pages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.net.frontdoor.FrontDoor;
import dev.adit.net.frontdoor.FrontDoorConfig;
import dev.adit.net.frontdoor.RequestRoutes;
import dev.adit.wire.Endpoint;
import dev.adit.wire.derp.DerpMap;
import dev.adit.wire.derp.DerpNode;
import dev.adit.wire.derp.DerpRegion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The pages behind a real front door.
class PagesTest {
  private static final String CSP =
      "content-security-policy: default-src 'self'; frame-ancestors 'none'; form-action 'self';"
          + " base-uri 'self'; block-all-mixed-content; object-src 'none'\r\n";

  private final AtomicReference<@Nullable DerpMap> map = new AtomicReference<>();
  private @Nullable FrontDoor door;

  @AfterEach
  void closes() {
    if (door != null) {
      door.close();
    }
  }

  @Test
  void everyPathThatNobodyAnswersIsTheHomePage() throws IOException {
    open("", true);
    for (String path : List.of("/", "/index.html", "/derp/other", "/robots.txt/x")) {
      if (!path.startsWith("/robots")) {
        assertThat(get(path))
            .startsWith("HTTP/1.1 200")
            .contains("text/html; charset=utf-8")
            .contains("DERP relay")
            .doesNotContain("disabled");
      }
    }
    assertThat(get("/"))
        .contains("max-age=63072000; includeSubDomains")
        .containsIgnoringCase(CSP)
        .containsIgnoringCase("\r\nx-frame-options: DENY\r\n")
        .containsIgnoringCase("\r\nx-content-type-options: nosniff\r\n");
    assertThat(get("/derp/probe")).doesNotContain("max-age=63072000");
  }

  @Test
  void saysThatTheRelayIsOff() throws IOException {
    open("", false);
    assertThat(get("/")).contains("disabled");
    assertThat(get("/derp")).startsWith("HTTP/1.1 404").endsWith("derp server disabled\n");
  }

  @Test
  void theHomePageMayBeBlankElsewhereOrNone() throws IOException {
    open("blank", true);
    assertThat(get("/x")).startsWith("HTTP/1.1 200").contains("text/html").endsWith("\r\n\r\n");
    closes();
    open("https://example.com/?a=b", true);
    assertThat(get("/"))
        .startsWith("HTTP/1.1 302")
        .containsIgnoringCase("\r\nlocation: https://example.com/?a=b\r\n");
    closes();
    open("none", true);
    assertThat(get("/")).startsWith("HTTP/1.1 404").endsWith("not found\n");
    for (String wrong : List.of("Blank", "ftp://x", "https://a\r\nb", "https://a b")) {
      assertThatThrownBy(() -> HomePage.of(wrong, true))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void theHomePageOfAServerThatIsMoreThanARelayIsItsRootAlone() throws IOException {
    door = start(new Pages(HomePage.of("", true), false, null, null), true);
    assertThat(get("/")).startsWith("HTTP/1.1 200").contains("DERP");
    assertThat(get("/x")).startsWith("HTTP/1.1 404").endsWith("not found\n");
    assertThat(get("/robots.txt")).startsWith("HTTP/1.1 200");
  }

  @Test
  void asksRobotsToStayAway() throws IOException {
    open("", true);
    assertThat(get("/robots.txt"))
        .startsWith("HTTP/1.1 200")
        .containsIgnoringCase(CSP)
        .endsWith("\r\n\r\nUser-agent: *\nDisallow: /\n");
  }

  @Test
  void tellsTheMapAsItIsNow() throws IOException {
    open("", true);
    assertThat(get("/derpmap")).startsWith("HTTP/1.1 404");
    map.set(
        DerpMap.of(
            List.of(
                DerpRegion.of(
                    900, "own", "Own", List.of(DerpNode.of("900a", 900, "relay.example"))))));
    assertThat(get("/derpmap"))
        .startsWith("HTTP/1.1 200")
        .containsIgnoringCase("\r\ncontent-type: application/json\r\n")
        .endsWith(
            "{\"Regions\":{\"900\":{\"RegionID\":900,\"RegionCode\":\"own\",\"RegionName\":\"Own\","
                + "\"Nodes\":[{\"Name\":\"900a\",\"RegionID\":900,\"HostName\":\"relay.example\"}]}}}");
  }

  @Test
  void endsTheConnectionAfterAnAnswerThatSaysSo() throws IOException {
    try (var dns =
        BootstrapDns.open(
            List.of(), List.of(), dev.adit.net.dns.DnsLookup.SYSTEM, new java.util.Random(1))) {
      door = start(new Pages(HomePage.of("", true), true, dns, null), true);
      assertThat(get("/bootstrap-dns?q=x", false))
          .startsWith("HTTP/1.1 200")
          .containsIgnoringCase("\r\nconnection: close\r\n")
          .endsWith("{}");
    }
  }

  private void open(String home, boolean derp) throws IOException {
    door = start(new Pages(HomePage.of(home, derp), true, null, map::get), derp);
  }

  private static FrontDoor start(Pages pages, boolean derp) throws IOException {
    var routes = new RequestRoutes();
    var _ =
        derp
            ? routes.derp(
                connection -> {
                  throw new IllegalStateException(connection.toString());
                },
                "07".repeat(32))
            : routes.derpOff();
    return FrontDoor.start(
        FrontDoorConfig.of(List.of(Endpoint.literal("127.0.0.1:0")), null), pages.addTo(routes));
  }

  private String get(String path) throws IOException {
    return get(path, true);
  }

  private String get(String path, boolean close) throws IOException {
    try (var socket =
        new Socket(
            InetAddress.getLoopbackAddress(), requireNonNull(door).listening().getFirst().port())) {
      socket.setSoTimeout(10_000);
      String end = close ? "Connection: close\r\n\r\n" : "\r\n";
      socket
          .getOutputStream()
          .write(("GET " + path + " HTTP/1.1\r\nHost: a\r\n" + end).getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }
}
