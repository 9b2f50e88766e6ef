package dev.adit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.SelfSigned;
import dev.adit.crypto.SigningKey;
import dev.adit.net.Clock;
import dev.adit.net.frontdoor.FrontDoor;
import dev.adit.net.frontdoor.FrontDoorConfig;
import dev.adit.net.frontdoor.MessageConnection;
import dev.adit.net.frontdoor.RequestRoutes;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.wire.Endpoint;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.HttpsUrl;
import dev.adit.wire.control.Identity;
import dev.adit.wire.control.JoinKey;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class OtherCoordinatorTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir Path folder;
  private final SigningKey root = SigningKey.generate(RANDOM);
  private final CopyOnWriteArrayList<HttpRequest> requests = new CopyOnWriteArrayList<>();
  private final CopyOnWriteArrayList<String> streams = new CopyOnWriteArrayList<>();

  /// C-4: the name of the join key leads to another coordinator. It has a good identity and would
  /// take everything; it hears of a public page that is fetched, and of nothing else.
  @Test
  void tellsAnotherCoordinatorNothing() throws Exception {
    var certificate =
        SelfSigned.create(RANDOM, Clock.SYSTEM.wall(), List.of(), List.of("127.0.0.1"));
    var tls = new FrontDoorConfig.Tls(certificate.privateKeyPem(), certificate.certificatePem());
    var config = FrontDoorConfig.of(List.of(Endpoint.literal("127.0.0.1:0")), tls);
    var routes =
        new RequestRoutes()
            .http("/", this::answer)
            .message("/adit/stream", "adit-control-v1", this::open);
    try (var door = FrontDoor.start(config, routes)) {
      var url = new HttpsUrl("127.0.0.1", door.listening().getFirst().port());
      var expected = SigningKey.generate(RANDOM).verifyingKey();
      var key = JoinKey.create(url, expected, RANDOM);
      var words = new Words();
      try (var _ = start(key, words)) {
        assertThat(words.failure())
            .isEqualTo(
                "failed 127.0.0.1 is not the coordinator of this join key (expected root "
                    + expected.keyId()
                    + ", found "
                    + root.verifyingKey().keyId()
                    + "): wrong address, or the server was set up anew");
      }
      assertThat(streams).isEmpty();
      assertThat(requests).isNotEmpty();
      for (HttpRequest request : requests) {
        assertThat(request.method() + " " + request.path()).isEqualTo("GET /adit/identity");
        assertThat(request.query()).isNull();
        assertThat(request.body()).isEmpty();
        assertThat(request.headers())
            .as("nothing about us")
            .containsOnly(Map.entry("host", url.authority()), Map.entry("user-agent", "adit"));
      }
    }
  }

  private HttpResponse answer(HttpRequest request) {
    requests.add(request);
    long now = Clock.SYSTEM.wall().getEpochSecond();
    var identity =
        new Identity(
            UUID.randomUUID(),
            now,
            now,
            now + 86_400,
            root.verifyingKey(),
            List.of(PrivateKey.generate(RANDOM).publicKey()),
            List.of(SigningKey.generate(RANDOM).verifyingKey()),
            List.of(HttpsUrl.literal("https://127.0.0.1")),
            List.of());
    return HttpResponse.json(200, Envelope.sign(Context.IDENTITY, identity.body(), root).json());
  }

  private MessageConnection.Listener open(MessageConnection connection) {
    streams.add("opened");
    return new MessageConnection.Listener() {
      @Override
      public void received(byte[] message) {
        streams.add("message");
      }

      @Override
      public void closed() {}
    };
  }

  private Agent start(JoinKey key, Words words) throws Exception {
    Path own = folder.resolve("agent");
    var config =
        new AgentConfig(
            own,
            own,
            "adit0",
            null,
            key.text(),
            "one",
            DataMode.MUX,
            List.of(),
            0,
            0,
            null,
            false,
            own.resolve("helper.sock"));
    return Agent.start(
        config,
        words,
        (_, _) -> HttpResponse.text(503, "nobody asks"),
        (_, _, _, _) -> new FakeTunnel());
  }
}
