package dev.adit.relay.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.admission.OpenAdmission;
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
    console =
        new RelayConsole(
            new RelayOperations(relay, "adit 1", Clock.SYSTEM),
            new DebugPages(() -> Readings.of(List.of(relay.metrics())), "adit 1"));
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
        .contains("derp_packets_dropped{reason=\"unknown_dest\"} 0\n")
        .contains("version{version=\"adit 1\"} 1\n");
    assertThat(page.lines().filter(line -> line.startsWith("# TYPE"))).doesNotHaveDuplicates();
    assertThat(Json.parseObject(text(ask("GET", "/debug/vars", ROOT))).integer("derp_accepts"))
        .isZero();
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
    return console.handle(new HttpRequest(method, path, null, Map.of(), new byte[0], null, user));
  }

  private static String text(HttpResponse response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }
}
