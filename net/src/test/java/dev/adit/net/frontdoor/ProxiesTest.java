package dev.adit.net.frontdoor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.net.http.HttpResponse;
import dev.adit.wire.Prefix;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Where a client is, behind a proxy.
class ProxiesTest {
  private static final Prefix HERE = Prefix.literal("127.0.0.1/32");
  private static final String LINE = "PROXY TCP4 192.0.2.7 198.51.100.1 41641 443\r\n";
  private static final String PEER = "GET /peer HTTP/1.1\r\nHost: a\r\n";
  private static final String UPGRADE = "GET /derp HTTP/1.1\r\nUpgrade: DERP\r\n";

  private @Nullable FrontDoor door;

  @AfterEach
  void closes() {
    if (door != null) {
      door.close();
    }
  }

  @Test
  void takesTheClientsAddressFromThePROXYHeader() throws IOException {
    open(new Proxies(List.of(HERE), List.of()), 1000);
    assertThat(peer(LINE, "")).isEqualTo("192.0.2.7:41641");
    assertThat(peer("PROXY TCP6 2001:db8::7 ::1 1 2\r\n", "")).isEqualTo("[2001:db8::7]:1");
    assertThat(peer("PROXY UNKNOWN\r\n", "")).startsWith("127.0.0.1:");
    try (var client = client()) {
      byte[] header =
          HexFormat.of()
              .parseHex("0d0a0d0a000d0a515549540a" + "2111000fc0000207c6336401a2a901bb" + "040000");
      for (byte one : header) {
        client.send(new byte[] {one});
      }
      assertThat(client.send(UPGRADE + "\r\n").head()).startsWith("HTTP/1.1 101 ");
      assertThat(client.text(15)).isEqualTo("192.0.2.7:41641");
    }
  }

  @Test
  void endsConnectionsOfAProxyThatDoesNotSayWhose() throws IOException {
    open(new Proxies(List.of(HERE), List.of()), 1000);
    for (String bytes :
        List.of(PEER + "\r\n", "PROXY TCP4 x y 1 2\r\n", "PROXY " + "x".repeat(200))) {
      try (var client = client()) {
        assertThat(client.send(bytes).rest()).isEmpty();
      }
    }
  }

  /// derp §17.31
  @Test
  void believesNobodyWhomTheOperatorDidNotName() throws IOException {
    open(Proxies.NONE, 1000);
    assertThat(peer("", "X-Forwarded-For: 192.0.2.7\r\n")).startsWith("127.0.0.1:");
    try (var client = client()) {
      client.send(UPGRADE + "X-Forwarded-For: 192.0.2.7\r\n\r\n").head();
      assertThat(client.text(10)).isEqualTo("127.0.0.1:");
    }
    try (var client = client()) {
      assertThat(client.send(LINE + PEER + "\r\n").head()).startsWith("HTTP/1.1 400 ");
    }
  }

  @Test
  void takesTheLastAddressThatIsNoProxyOfOurs() throws IOException {
    open(new Proxies(List.of(), List.of(HERE, Prefix.literal("10.0.0.0/8"))), 1000);
    assertThat(peer("", "X-Forwarded-For: 192.0.2.7\r\n")).isEqualTo("192.0.2.7:0");
    assertThat(peer("", "X-Forwarded-For: 6.6.6.6, 192.0.2.7 ,10.0.0.9\r\n"))
        .isEqualTo("192.0.2.7:0");
    assertThat(peer("", "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: [2001:db8::7]:99\r\n"))
        .isEqualTo("[2001:db8::7]:0");
    assertThat(peer("", "X-Forwarded-For: 10.0.0.8\r\n")).isEqualTo("10.0.0.8:0");
    assertThat(peer("", "X-Forwarded-For: 6.6.6.6, nonsense\r\n")).startsWith("127.0.0.1:");
    assertThat(peer("", "")).startsWith("127.0.0.1:");
  }

  @Test
  void theLimitsAreThoseOfTheClientsAddress() throws IOException {
    open(new Proxies(List.of(), List.of(HERE)), 2);
    try (var first = forwarded("192.0.2.7");
        var second = forwarded("192.0.2.7");
        var third = client();
        var other = forwarded("192.0.2.8")) {
      assertThat(List.of(first.text(11), second.text(11), other.text(11)))
          .containsExactly("192.0.2.7:0", "192.0.2.7:0", "192.0.2.8:0");
      assertThat(third.send(UPGRADE + "X-Forwarded-For: 192.0.2.7\r\n\r\n").head())
          .startsWith("HTTP/1.1 503 ");
    }
    closes();
    open(new Proxies(List.of(HERE), List.of()), 1);
    try (var first = client();
        var second = client()) {
      assertThat(first.send(LINE + UPGRADE + "\r\n").head()).startsWith("HTTP/1.1 101 ");
      assertThat(second.send(LINE + UPGRADE + "\r\n").rest()).isEmpty();
      assertThat(peer(LINE.replace("2.7", "2.8"), "")).isEqualTo("192.0.2.8:41641");
    }
  }

  private RawClient forwarded(String address) throws IOException {
    var client = client();
    client.send(UPGRADE + "X-Forwarded-For: " + address + "\r\n\r\n").head();
    return client;
  }

  private String peer(String before, String headers) throws IOException {
    try (var client = client()) {
      client.send(before + PEER + headers + "\r\n");
      return client.body(client.head()).strip();
    }
  }

  private RawClient client() throws IOException {
    return RawClient.connect(requireNonNull(door).listening().getFirst());
  }

  private void open(Proxies proxies, int perAddress) throws IOException {
    door =
        FrontDoor.start(
            FrontDoorTest.plain(1000, perAddress, 30).with(DoorOptions.DEFAULT.with(proxies)),
            new RequestRoutes()
                .http("/peer", request -> HttpResponse.text(200, String.valueOf(request.peer())))
                .derp(Silent::new, "07".repeat(32)));
  }

  /// Says only where it believes the client to be.
  private static final class Silent implements ByteConnection.Listener {
    Silent(ByteConnection connection) {
      connection.write(connection.remote().toString().getBytes(UTF_8));
    }

    @Override
    public void received(byte[] bytes, int offset, int length) {}

    @Override
    public void readBatchEnded() {}

    @Override
    public void writable() {}

    @Override
    public void closed() {}
  }
}
