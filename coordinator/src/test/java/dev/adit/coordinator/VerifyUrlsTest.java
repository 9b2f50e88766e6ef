package dev.adit.coordinator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.net.http.HttpResponse;
import dev.adit.wire.derp.VerifyQuestion;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// what a foreign relay is answered.
class VerifyUrlsTest {
  private static final String URLS = "/api/v1/verify-urls";
  private static final PublicKey STRANGER = PrivateKey.generate(new Random(1)).publicKey();

  @TempDir Path state;

  private static String path(TestCoordinator site, String wish) throws Exception {
    String url = site.json("POST", URLS, wish).string("url");
    assertThat(url).matches("https://vpn\\.example\\.org/derp/verify/[A-Za-z0-9_-]{22}");
    return URI.create(url).getPath();
  }

  private static HttpResponse post(TestCoordinator site, String path, String body) {
    return site.coordinator.verify().handle(TestCoordinator.request("POST", path, null, body));
  }

  private static HttpResponse ask(TestCoordinator site, String path, PublicKey key) {
    return post(site, path, new VerifyQuestion(key, "192.0.2.7").toJson());
  }

  private static boolean allows(TestCoordinator site, String path, PublicKey key) throws Exception {
    var answer = ask(site, path, key);
    assertThat(answer.status()).isEqualTo(200);
    return VerifyQuestion.allows(answer.body());
  }

  @Test
  void allowsNodesOfItsNetworkOnly() throws Exception {
    try (var site = new TestCoordinator(state)) {
      assertThat(site.call("POST", "/api/v1/networks", "{\"name\":\"lab\"}").status())
          .isEqualTo(201);
      String ofDefault = path(site, "{}");
      String ofLab = path(site, "{\"network\":\"lab\"}");
      var node = site.joined("a").nodeKey.publicKey();
      assertThat(allows(site, ofDefault, node)).isTrue();
      assertThat(allows(site, ofLab, node)).isFalse();
      assertThat(allows(site, ofDefault, STRANGER)).isFalse();
      assertThat(site.call("DELETE", "/api/v1/nodes/a", "").status()).isEqualTo(204);
      assertThat(allows(site, ofDefault, node)).isFalse();
      assertThat(site.call("POST", URLS, "{\"network\":\"none\"}").status()).isEqualTo(404);
    }
  }

  @Test
  void whoDoesNotKnowItFindsNothing() throws Exception {
    try (var site = new TestCoordinator(state)) {
      String path = path(site, "{}");
      var nothing = HttpResponse.text(404, "not found");
      String parent = path.substring(0, path.lastIndexOf('/'));
      for (String wrong :
          new String[] {
            parent,
            parent + "/",
            path + "A",
            path.substring(0, path.length() - 1),
            path + "/x",
            parent + "/AAAAAAAAAAAAAAAAAAAAAA"
          }) {
        var answer = ask(site, wrong, STRANGER);
        assertThat(answer.status()).as(wrong).isEqualTo(404);
        assertThat(answer.headers()).isEqualTo(nothing.headers());
        assertThat(answer.body()).isEqualTo(nothing.body());
      }
      assertThat(post(site, path, "{}").status()).isEqualTo(400);
      assertThat(post(site, path, "no JSON").status()).isEqualTo(400);
    }
  }

  @Test
  void aRevokedOneIsAsNone() throws Exception {
    String path;
    try (var site = new TestCoordinator(state)) {
      path = path(site, "{}");
      String id = site.json("GET", URLS, "").objects("verifyUrls", 1).getFirst().string("id");
      assertThat(site.json("DELETE", URLS + "/" + id, "").string("state")).isEqualTo("revoked");
      assertThat(site.call("DELETE", URLS + "/" + id, "").status()).isEqualTo(200);
      assertThat(site.call("DELETE", URLS + "/none", "").status()).isEqualTo(404);
      assertThat(ask(site, path, STRANGER).status()).isEqualTo(404);
    }
    try (var site = new TestCoordinator(state)) {
      assertThat(ask(site, path, STRANGER).status()).isEqualTo(404);
    }
  }

  @Test
  void itsSecretIsNowhereAndOutlivesARestart() throws Exception {
    String path;
    try (var site = new TestCoordinator(state)) {
      path = path(site, "{}");
      String secret = path.substring(path.lastIndexOf('/') + 1);
      assertThat(new String(site.call("GET", URLS, "").body(), UTF_8)).doesNotContain(secret);
    }
    try (var site = new TestCoordinator(state)) {
      assertThat(allows(site, path, STRANGER)).isFalse();
    }
  }

  @Test
  void answersFiftyTimesASecond() throws Exception {
    var clock = new StandingClock();
    try (var site = new TestCoordinator(CoordinatorConfig.of(state, TestCoordinator.URL), clock)) {
      String path = path(site, "{}");
      String other = path(site, "{}");
      for (int i = 0; i < 50; i++) {
        assertThat(ask(site, path, STRANGER).status()).isEqualTo(200);
      }
      assertThat(ask(site, path, STRANGER).status()).isEqualTo(429);
      assertThat(ask(site, other, STRANGER).status()).as("another URL").isEqualTo(200);
      clock.now.addAndGet(20_000_000);
      assertThat(ask(site, path, STRANGER).status()).isEqualTo(200);
      assertThat(ask(site, path, STRANGER).status()).isEqualTo(429);
    }
  }

  private static final class StandingClock implements Clock {
    private final AtomicLong now = new AtomicLong(1_000_000_000L);

    @Override
    public long nanos() {
      return now.get();
    }

    @Override
    public Instant wall() {
      return SYSTEM.wall();
    }
  }
}
