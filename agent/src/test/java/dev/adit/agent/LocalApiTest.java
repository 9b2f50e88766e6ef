package dev.adit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpRequest.LocalUser;
import dev.adit.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who may what on the agent's socket (control R-ADM-2).
class LocalApiTest implements LocalApi.Services {
  private static final LocalUser ROOT = new LocalUser("root", true);
  private static final LocalUser ALICE = new LocalUser("alice", false);
  private static final LocalUser BOB = new LocalUser("bob", false);

  @TempDir Path state;
  private LocalApi api;
  private boolean down;
  private boolean pingShowsEndpoints;

  @BeforeEach
  void open() throws Exception {
    api = new LocalApi(this, Operator.open(state));
  }

  /// C-34, but for `Origin`, which the socket itself refuses.
  @Test
  void everybodySeesTheStatusWithoutEndpointsAndEndsNothing() {
    assertThat(text(BOB, "GET", "/v1/status", "")).contains("printer").doesNotContain("192.0.2.7");
    assertThat(text(ROOT, "GET", "/v1/status", "")).contains("192.0.2.7:41000");
    assertThat(status(BOB, "POST", "/v1/ping", "{\"peer\":\"printer\"}")).isEqualTo(200);
    assertThat(pingShowsEndpoints).isFalse();
    assertThat(text(BOB, "POST", "/v1/explain", "{}"))
        .isEqualTo("{\"peer\":\"\",\"endpoints\":false}");
    assertThat(text(ROOT, "POST", "/v1/explain", "{\"peer\":\"printer\"}"))
        .isEqualTo("{\"peer\":\"printer\",\"endpoints\":true}");
    assertThat(status(BOB, "POST", "/v1/down", "{}")).isEqualTo(403);
    assertThat(status(null, "POST", "/v1/down", "{}")).isEqualTo(403);
    assertThat(down).isFalse();
    assertThat(status(ROOT, "POST", "/v1/down", "{}")).isEqualTo(200);
    assertThat(down).isTrue();
  }

  @Test
  void theOperatorMayEverythingButMakeAnother() throws Exception {
    assertThat(status(ALICE, "POST", "/v1/set", "{\"operator\":\"alice\"}")).isEqualTo(403);
    assertThat(status(ROOT, "POST", "/v1/set", "{\"operator\":\"a b\"}")).isEqualTo(400);
    assertThat(status(ROOT, "POST", "/v1/set", "{\"operator\":\"alice\"}")).isEqualTo(200);
    assertThat(text(ALICE, "GET", "/v1/status", "")).contains("192.0.2.7:41000");
    assertThat(text(BOB, "GET", "/v1/status", "")).doesNotContain("192.0.2.7");
    assertThat(status(ALICE, "POST", "/v1/set", "{\"operator\":\"bob\"}")).isEqualTo(403);

    api = new LocalApi(this, Operator.open(state));
    assertThat(status(ALICE, "POST", "/v1/down", "{}")).as("after a restart").isEqualTo(200);
    assertThat(status(ROOT, "POST", "/v1/set", "{\"operator\":\"\"}")).isEqualTo(200);
    assertThat(status(ALICE, "POST", "/v1/down", "{}")).isEqualTo(403);
  }

  private int status(@Nullable LocalUser user, String method, String path, String body) {
    return ask(user, method, path, body).status();
  }

  private String text(LocalUser user, String method, String path, String body) {
    return new String(ask(user, method, path, body).body(), StandardCharsets.UTF_8);
  }

  private HttpResponse ask(@Nullable LocalUser user, String method, String path, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return api.handle(new HttpRequest(method, path, null, Map.of(), bytes, null, user));
  }

  @Override
  public StatusReport status() {
    var peer =
        new StatusReport.Peer(
            "id",
            "printer",
            List.of("10.0.0.1"),
            "direct",
            "192.0.2.7:41000",
            true,
            null,
            1,
            1420,
            "",
            1,
            1);
    return new StatusReport(
        StatusReport.Self.NONE,
        "native",
        "",
        "kernel",
        "https://x",
        "root",
        true,
        null,
        List.of(),
        List.of(peer));
  }

  @Override
  public String explain(String peer, boolean withEndpoints) {
    return "{\"peer\":\"" + peer + "\",\"endpoints\":" + withEndpoints + "}";
  }

  @Override
  public String ping(String peer, long timeoutMillis, boolean withEndpoints) {
    pingShowsEndpoints = withEndpoints;
    return "{}";
  }

  @Override
  public String netcheck() {
    return "{}";
  }

  @Override
  public String changes() {
    return "{\"changes\":[]}";
  }

  @Override
  public void down() {
    down = true;
  }
}
