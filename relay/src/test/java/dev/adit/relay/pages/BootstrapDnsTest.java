package dev.adit.relay.pages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.net.dns.DnsLookup;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.metrics.Readings;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BootstrapDnsTest {
  private static final String PUBLISHED = "{\n\t\"a.example\": [\n\t\t\"192.0.2.1\"\n\t]\n}";

  private final Zone zone = new Zone();
  private BootstrapDns dns;

  @BeforeEach
  void opens() {
    zone.addresses.put("a.example", List.of(IpAddress.literal("192.0.2.1")));
    zone.addresses.put(
        "all.example", List.of(IpAddress.literal("192.0.2.2"), IpAddress.literal("2001:db8::2")));
    zone.addresses.put("none.example", List.of(IpAddress.literal("192.0.2.3")));
    zone.addresses.put("half.example", List.of(IpAddress.literal("192.0.2.4")));
    zone.addresses.put("bad.example", List.of(IpAddress.literal("192.0.2.5")));
    zone.texts.put("r0.example", List.of("0"));
    zone.texts.put("r50.example", List.of("v=x", "\"50\""));
    zone.texts.put("bad-text.example", List.of("101"));
    dns =
        BootstrapDns.open(
            BootstrapName.parse("a.example, gone.example"),
            BootstrapName.parse(
                "all.example,none.example/r0.example,half.example/r50.example,"
                    + "bad.example/bad-text.example,absent.example,bad2.example/absent.example"),
            zone,
            new Random(1));
    dns.refresh();
  }

  @AfterEach
  void closes() {
    dns.close();
  }

  @Test
  void tellsThePublishedNamesToEverybody() {
    var answer = ask(null, "198.51.100.1");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.headers())
        .containsEntry("Content-Type", "application/json")
        .containsEntry("Connection", "close")
        .containsKeys("Strict-Transport-Security", "Content-Security-Policy", "X-Frame-Options");
    assertThat(body(answer)).isEqualTo(PUBLISHED);
    assertThat(body(ask("q=a.example", "198.51.100.1"))).isEqualTo(PUBLISHED);
    assertThat(body(ask("q=unknown.example", "198.51.100.1"))).isEqualTo(PUBLISHED);
    assertThat(body(ask("x=1&q=%zz", "198.51.100.1"))).isEqualTo(PUBLISHED);
  }

  /// derp §17.33
  @Test
  void tellsAnUnpublishedNameOnlyToWhoeverAsksForIt() {
    assertThat(body(ask("x&q=all.example", "198.51.100.1")))
        .isEqualTo("{\n\t\"all.example\": [\n\t\t\"192.0.2.2\",\n\t\t\"2001:db8::2\"\n\t]\n}");
    for (String query :
        new String[] {
          null, "q=", "q=none.example", "q=bad.example", "q=absent.example", "q=All.example"
        }) {
      assertThat(body(ask(query, "198.51.100.1"))).isEqualTo(PUBLISHED);
    }
  }

  @Test
  void aClientIsAmongThePercentageOrNotEachTimeTheSame() {
    int among = 0;
    for (int i = 0; i < 1000; i++) {
      String client = "10.1." + i / 250 + "." + (i % 250 + 1);
      boolean first = isTold(client);
      assertThat(isTold(client)).isEqualTo(first);
      among += first ? 1 : 0;
    }
    assertThat(among).isBetween(400, 600);
    int loopback = 0;
    for (int i = 0; i < 1000; i++) {
      loopback += isTold("127.0.0.1") ? 1 : 0;
    }
    assertThat(loopback).isBetween(400, 600);
    assertThat(body(ask("q=half.example", null))).isEqualTo(PUBLISHED);
  }

  private boolean isTold(String client) {
    return body(ask("q=half.example", client)).contains("192.0.2.4");
  }

  @Test
  void aNameThatIsNotFoundAnyMoreIsLeftOut() {
    zone.addresses.remove("a.example");
    zone.addresses.remove("all.example");
    dns.refresh();
    assertThat(body(ask("q=a.example", "198.51.100.1"))).isEqualTo("{}");
    assertThat(body(ask("q=all.example", "198.51.100.1"))).isEqualTo("{}");
  }

  @Test
  void countsWhatCameOfIt() {
    var _ = ask(null, "198.51.100.1");
    var _ = ask("q=all.example", "198.51.100.1");
    var _ = ask("q=none.example", "198.51.100.1");
    var _ = ask("q=absent.example", "198.51.100.1");
    var _ = ask("q=unknown.example", "198.51.100.1");
    var readings = new Readings();
    dns.read(readings);
    for (String outcome :
        List.of(
            "published_hit",
            "published_miss",
            "unpublished_hit",
            "unpublished_miss",
            "unpublished_percent_miss")) {
      assertThat(readings.value("adit_bootstrap_dns_requests_total", outcome))
          .as(outcome)
          .isEqualTo(1);
    }
    assertThat(readings.value("adit_bootstrap_dns_names_asked")).isEqualTo(4);
  }

  @Test
  void refusesWhatIsNoName() {
    assertThatThrownBy(() -> BootstrapName.parse("a.example,b c"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("b c");
    assertThatThrownBy(() -> BootstrapName.parse("a/b/c"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(BootstrapName.parse("")).isEmpty();
  }

  private HttpResponse ask(@Nullable String query, @Nullable String client) {
    var peer = client == null ? null : new Endpoint(IpAddress.literal(client), 1);
    return dns.handle(
        new HttpRequest("GET", "/bootstrap-dns", query, Map.of(), new byte[0], peer, null));
  }

  private static String body(HttpResponse answer) {
    return new String(answer.body(), UTF_8);
  }

  /// A small DNS.
  private static final class Zone implements DnsLookup {
    final Map<String, List<IpAddress>> addresses = new ConcurrentHashMap<>();
    final Map<String, List<String>> texts = new ConcurrentHashMap<>();

    @Override
    public List<IpAddress> addresses(String name) throws IOException {
      return found(addresses.get(name));
    }

    @Override
    public List<String> texts(String name) throws IOException {
      return found(texts.get(name));
    }

    private static <T> List<T> found(@Nullable List<T> records) throws IOException {
      if (records == null) {
        throw new IOException("no such name");
      }
      return records;
    }
  }
}
