package dev.adit.relay.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.admission.OpenAdmission;
import dev.adit.core.derp.DerpCounter;
import dev.adit.net.Clock;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpRequest.LocalUser;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.metrics.Readings;
import dev.adit.relay.Relay;
import dev.adit.relay.RelayConfig;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RelayConsoleTest {
  private static final LocalUser ROOT = new LocalUser("root", true);
  private static final LocalUser NOBODY = new LocalUser("nobody", false);

  @TempDir Path folder;
  private Relay relay;
  private RelayConsole console;

  @BeforeEach
  void starts() throws IOException {
    var config =
        RelayConfig.of(folder, "r1", List.of(IpAddress.literal("127.0.0.1"))).withoutStun();
    relay = Relay.open(config, new OpenAdmission(), Clock.SYSTEM, new SecureRandom());
    var pages = new DebugPages(() -> Readings.of(List.of(relay.metrics())), "adit 1");
    var operations = new RelayOperations(relay, "adit 1", Clock.SYSTEM, null).addTo(pages);
    console = new RelayConsole(operations, pages);
  }

  @AfterEach
  void stops() {
    relay.close();
  }

  @Test
  void tellsHowTheRelayIs() throws Exception {
    var answer = Json.parseObject(text(ask("GET", RelayConsole.STATUS, ROOT)));
    assertThat(answer.string("name")).isEqualTo("r1");
    assertThat(answer.string("state")).isEqualTo("serving");
    assertThat(answer.object("counts").integer("connections")).isZero();
  }

  @Test
  void answersOnlyRootAndItsOwnUser() {
    assertThat(ask("GET", RelayConsole.STATUS, NOBODY).status()).isEqualTo(403);
    assertThat(ask("GET", "/debug/varz", NOBODY).status()).isEqualTo(403);
    assertThat(ask("POST", RelayConsole.STATUS, ROOT).status()).isEqualTo(405);
    assertThat(ask("GET", "/elsewhere", ROOT).status()).isEqualTo(404);
  }

  @Test
  void countsByDerpersNames() throws Exception {
    String page = text(ask("GET", "/debug/varz", ROOT));
    assertThat(page)
        .contains("# TYPE derp_accepts counter\nderp_accepts 0\n")
        .contains("derp_packets_dropped{reason=\"unknown_dest\",kind=\"disco\"} 0\n")
        .contains("derp_tcp_rtt{le=\"10ms\"} 0\n")
        .contains("derper_tls_active_version{version=\"1.3\"} 0\n")
        .contains("\nversion{version=\"adit 1\"} 1\n");
    assertThat(page.lines().filter(line -> line.startsWith("# TYPE"))).doesNotHaveDuplicates();
    assertThat(Json.parseObject(text(ask("GET", "/debug/vars", ROOT))).integer("derp_accepts"))
        .isZero();
  }

  @Test
  void endsTheConnectionsOfAKey() throws Exception {
    String nobody = "{\"key\":\"nodekey:" + "07".repeat(32) + "\"}";
    assertThat(
            Json.parseObject(text(ask("POST", RelayConsole.CLOSE, ROOT, nobody))).integer("ended"))
        .isZero();
    assertThat(ask("POST", RelayConsole.CLOSE, ROOT, "{\"key\":\"x\"}").status()).isEqualTo(400);
    assertThat(ask("POST", RelayConsole.CLOSE, NOBODY, nobody).status()).isEqualTo(403);
  }

  @Test
  void doesNotEndAProgramOfWhichItIsAPart() {
    assertThat(ask("POST", RelayConsole.DRAIN, ROOT).status()).isEqualTo(409);
  }

  @Test
  void findsThatCountsAndConnectionsAgree() {
    assertThat(text(ask("GET", "/debug/check", ROOT))).isEqualTo("okay: 0 connections\n");
    relay.metrics().add(DerpCounter.CONNECTIONS, 1);
    var wrong = ask("GET", "/debug/check", ROOT);
    assertThat(wrong.status()).isEqualTo(500);
    assertThat(text(wrong)).isEqualTo("connections: not as many as were counted\n");
  }

  @Test
  void hasAPageForEachThingOfTheJavaMachine() {
    assertThat(text(ask("GET", "/debug/", ROOT))).contains("/debug/varz").contains("adit 1");
    assertThat(text(ask("GET", "/debug/threads", ROOT))).contains("\"main\"");
    assertThat(text(ask("GET", "/debug/heap", ROOT))).contains("java.lang.String");
    assertThat(text(ask("GET", "/debug/gc", ROOT))).startsWith("heap in use: ");
    assertThat(ask("GET", "/debug/nothing", ROOT).status()).isEqualTo(404);
    assertThat(ask("POST", "/debug/gc", ROOT).status()).isEqualTo(405);
  }

  private HttpResponse ask(String method, String path, LocalUser user) {
    return ask(method, path, user, "");
  }

  private HttpResponse ask(String method, String path, LocalUser user, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return console.handle(new HttpRequest(method, path, null, Map.of(), bytes, null, user));
  }

  private static String text(HttpResponse response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }
}
