package dev.adit.systemtests.interop;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.coordinator.Coordinator;
import dev.adit.coordinator.CoordinatorConfig;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.crypto.SelfSigned;
import dev.adit.net.Clock;
import dev.adit.net.frontdoor.FrontDoor;
import dev.adit.net.frontdoor.FrontDoorConfig;
import dev.adit.net.frontdoor.RequestRoutes;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.tls.TlsClient;
import dev.adit.relay.Relay;
import dev.adit.relay.RelayConfig;
import dev.adit.relay.managed.ManagedRelay;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Json;
import dev.adit.wire.control.HttpsUrl;
import dev.adit.wire.control.JoinKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two networks on one relay that has joined their coordinator: coordinator and relay with ports of
/// their own, between them the stream as it is in real life. What members can see of each other is
/// the matter of [NetworksApartTest].
///
///     a, b ∈ default ─┐               ┌─ coordinator (TLS)
///                     ├─ relay (HTTP) ┤ Noise in a WebSocket
///     foreign ∈ lab ──┘               └─ admission set
class TwoNetworksTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Endpoint ANY = Endpoint.literal("127.0.0.1:0");
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @TempDir Path folder;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final PrivateKey a = PrivateKey.generate(RANDOM);
  private final PrivateKey b = PrivateKey.generate(RANDOM);
  private final PrivateKey foreign = PrivateKey.generate(RANDOM);
  private @Nullable Coordinator coordinator;
  private @Nullable ManagedRelay managed;
  private Endpoint derp = ANY;

  @BeforeEach
  void starts() throws Exception {
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    var url = new HttpsUrl("127.0.0.1", port);
    var made =
        open(
            Coordinator.open(
                CoordinatorConfig.of(folder.resolve("coordinator"), url), Clock.SYSTEM, RANDOM));
    coordinator = made;
    var self =
        SelfSigned.create(RANDOM, Clock.SYSTEM.wall(), List.of("localhost"), List.of("127.0.0.1"));
    var routes =
        new RequestRoutes()
            .http(Coordinator.IDENTITY_PATH, made.identity())
            .message(
                Coordinator.STREAM_PATH, Coordinator.SUBPROTOCOL, made.agentStream(), made.gate());
    open(
        FrontDoor.start(
            FrontDoorConfig.of(
                List.of(Endpoint.literal("127.0.0.1:" + port)),
                new FrontDoorConfig.Tls(self.privateKeyPem(), self.certificatePem())),
            routes));
    assertThat(call("POST", "/networks", "{\"name\":\"lab\"}").status()).isEqualTo(201);

    Path state = folder.resolve("relay");
    var joining =
        open(
            ManagedRelay.open(
                state, key("{\"kind\":\"relay\"}"), Duration.ofDays(7), Clock.SYSTEM, RANDOM));
    managed = joining;
    var config =
        new RelayConfig(
            state,
            "r1",
            "eu",
            900,
            List.of(),
            List.of(IpAddress.literal("127.0.0.1")),
            443,
            List.of(),
            List.of(),
            List.of());
    var serverKey = PrivateKey.generate(RANDOM);
    var running = open(Relay.open(config, serverKey, joining.admission(), Clock.SYSTEM, RANDOM));
    var door =
        open(
            FrontDoor.start(
                FrontDoorConfig.of(List.of(ANY), null), running.addTo(new RequestRoutes())));
    derp = door.listening().getFirst();
    joining.start(serverKey, running);
    assertThat(joining.outcome().get(10, TimeUnit.SECONDS)).isEmpty();
    var _ = JoinedNode.join(key("{\"network\":\"default\"}"), a, "a");
    var _ = JoinedNode.join(key("{\"network\":\"default\"}"), b, "b");
    var _ = JoinedNode.join(key("{\"network\":\"lab\"}"), foreign, "c");
    awaitAdmitted(foreign.publicKey());
  }

  private <T extends AutoCloseable> T open(T part) {
    opened.add(part);
    return part;
  }

  @AfterEach
  void stops() throws Exception {
    for (AutoCloseable part : opened.reversed()) {
      part.close();
    }
  }

  private HttpResponse call(String method, String path, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    var request = new HttpRequest(method, "/api/v1" + path, null, Map.of(), bytes, null, null);
    return requireNonNull(coordinator).api().handle(request);
  }

  private JoinKey key(String wish) throws Exception {
    return JoinKey.parse(Json.parseObject(call("POST", "/keys", wish).body()).string("key"));
  }

  /// The set arrives within moments of the join's answer.
  private void awaitAdmitted(PublicKey key) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!requireNonNull(managed).admission().admits(key)) {
      assertThat(System.nanoTime()).as("time until a new node is admitted").isLessThan(until);
      Thread.onSpinWait();
    }
  }

  private NetworkMember member(PrivateKey key) throws IOException {
    return new NetworkMember(TlsClient.connectPlain(List.of(derp), PATIENCE), key);
  }

  @Test
  void aRemovedNodeIsDisconnectedWithinASecond() throws Exception {
    try (var member = member(b)) {
      long begin = System.nanoTime();
      assertThat(call("DELETE", "/nodes/b", "").status()).isEqualTo(204);
      assertThatThrownBy(member::next).isInstanceOf(IOException.class);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(1));
    }
  }

  @Test
  void servesOnWithoutItsCoordinatorAlsoAfterARestart() throws Exception {
    var before = requireNonNull(managed);
    before.close();
    try (var again =
        ManagedRelay.open(
            folder.resolve("relay"), null, Duration.ofDays(7), Clock.SYSTEM, RANDOM)) {
      assertThat(again.admission().allows(a.publicKey(), b.publicKey())).isTrue();
      assertThat(again.admission().allows(a.publicKey(), foreign.publicKey())).isFalse();
      assertThat(again.admission().admits(foreign.publicKey())).isTrue();
    }
    var late = new Later(Duration.ofDays(8));
    try (var over =
        ManagedRelay.open(folder.resolve("relay"), null, Duration.ofDays(7), late, RANDOM)) {
      assertThat(over.admission().admits(a.publicKey())).as("after the grace time").isFalse();
    }
    try (var endless =
        ManagedRelay.open(folder.resolve("relay"), null, Duration.ZERO, late, RANDOM)) {
      assertThat(endless.admission().admits(a.publicKey())).as("without end").isTrue();
    }
  }

  /// The clock as it will be.
  private record Later(Duration by) implements Clock {
    @Override
    public long nanos() {
      return Clock.SYSTEM.nanos();
    }

    @Override
    public Instant wall() {
      return Clock.SYSTEM.wall().plus(by);
    }
  }
}
