package dev.adit.systemtests.interop;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.coordinator.Coordinator;
import dev.adit.coordinator.CoordinatorConfig;
import dev.adit.core.derp.DerpClientSession;
import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.crypto.SelfSigned;
import dev.adit.net.Clock;
import dev.adit.net.frontdoor.FrontDoor;
import dev.adit.net.frontdoor.FrontDoorConfig;
import dev.adit.net.frontdoor.RequestRoutes;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.metrics.Readings;
import dev.adit.net.tls.Connection;
import dev.adit.net.tls.HttpUpgrade;
import dev.adit.net.tls.TlsClient;
import dev.adit.relay.Relay;
import dev.adit.relay.RelayConfig;
import dev.adit.relay.managed.ManagedRelay;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Json;
import dev.adit.wire.control.HttpsUrl;
import dev.adit.wire.control.JoinKey;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two networks on one relay that has joined their coordinator: coordinator and relay with ports of
/// their own, between them the stream as it is in real life.
///
///     a, b ∈ default ─┐               ┌─ coordinator (TLS)
///                     ├─ relay (HTTP) ┤ Noise in a WebSocket
///     foreign ∈ lab ──┘               └─ admission set
class TwoNetworksTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Endpoint ANY = Endpoint.literal("127.0.0.1:0");
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int TRIES = 1000;

  /// A difference that is there is found each time; noise is taken for one once in fifty times.
  private static final int ROUNDS = 4;

  @TempDir Path folder;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final PrivateKey a = PrivateKey.generate(RANDOM);
  private final PrivateKey b = PrivateKey.generate(RANDOM);
  private final PrivateKey foreign = PrivateKey.generate(RANDOM);
  private @Nullable Coordinator coordinator;
  private @Nullable Relay relay;
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
    relay = running;
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

  /// Why the relay has ended connections, for whoever did not expect it.
  private String ended() {
    var readings = Readings.of(List.of(requireNonNull(relay).metrics()));
    return readings.metrics().stream()
        .filter(metric -> metric.name().endsWith("connections_ended_total"))
        .map(metric -> metric.samples().toString())
        .findFirst()
        .orElse("");
  }

  /// A member of a network with nothing between it and the relay's frames.
  private final class Member implements AutoCloseable {
    private final Connection connection;
    private final DerpClientSession session;
    private final byte[] buffer = new byte[4096];

    Member(PrivateKey key) throws IOException {
      connection = TlsClient.connectPlain(List.of(derp), PATIENCE);
      connection.readTimeout(PATIENCE);
      var head = HttpUpgrade.request(connection, "relay", "/derp", Map.of("Upgrade", "DERP"));
      assertThat(head.status()).isEqualTo(101);
      var server = requireNonNull(relay).key();
      session = new DerpClientSession(key, server, RANDOM, Clock.SYSTEM.nanos());
      assertThat(next()).isInstanceOf(Event.Admitted.class);
    }

    Event next() throws IOException {
      while (true) {
        var event = session.poll();
        if (event instanceof Event.Write(var bytes)) {
          write(bytes);
        } else if (event != null && !(event instanceof Event.KeepAlive)) {
          return event;
        } else if (event == null) {
          int length = connection.input().read(buffer);
          if (length < 0) {
            throw new EOFException("the relay ended the connection: " + ended());
          }
          session.received(buffer, 0, length, Clock.SYSTEM.nanos());
        }
      }
    }

    private void write(byte @Nullable [] bytes) throws IOException {
      connection.output().write(requireNonNull(bytes));
    }

    void send(PublicKey to, byte[] packet) throws IOException {
      write(session.packet(to, packet, 0, packet.length, Clock.SYSTEM.nanos()));
    }

    /// Nanoseconds from a packet to the answer of a ping behind it, and nothing else comes.
    long timeOfData(PublicKey to) throws IOException {
      long begin = System.nanoTime();
      send(to, new byte[200]);
      write(session.ping(Clock.SYSTEM.nanos(), PATIENCE.toNanos()));
      assertThat(next()).isInstanceOf(Event.PingAnswered.class);
      return System.nanoTime() - begin;
    }

    /// Nanoseconds from a probe to what the relay says of its destination.
    long timeOfProbe(PublicKey to) throws IOException {
      byte[] probe = new byte[64];
      probe[0] = (byte) 0xf5;
      probe[1] = 0x61;
      probe[2] = 0x64;
      probe[3] = 0x70;
      long begin = System.nanoTime();
      send(to, probe);
      assertThat(next()).isEqualTo(new Event.PeerGone(to, false));
      return System.nanoTime() - begin;
    }

    @Override
    public void close() {
      connection.close();
    }
  }

  @Test
  void noFrameCrosses() throws Exception {
    try (var first = new Member(a);
        var second = new Member(b);
        var other = new Member(foreign)) {
      byte[] packet = new byte[200];
      first.send(foreign.publicKey(), packet);
      other.send(a.publicKey(), packet);
      first.send(b.publicKey(), packet);
      assertThat(second.next()).isInstanceOf(Event.Received.class);
      // What was sent before on both connections has been dealt with: the answer comes behind it.
      assertThat(other.timeOfData(b.publicKey())).isPositive();
      assertThat(first.timeOfData(foreign.publicKey())).isPositive();
      assertThat(second.timeOfData(foreign.publicKey())).isPositive();
    }
  }

  @Test
  void aForeignKeyOnLineIsAsOneThatDoesNotExist() throws Exception {
    try (var _ = new Member(foreign)) {
      assertAlike("data", this::timesOfData);
      assertAlike("probes", this::timesOfProbes);
    }
  }

  /// Measures both in a random order.
  @FunctionalInterface
  private interface Measuring {
    void measure(List<Boolean> order, PublicKey absent, long[] toForeign, long[] toAbsent)
        throws IOException;
  }

  private void assertAlike(String what, Measuring measuring) throws Exception {
    var found = new ArrayList<TwoSamples>();
    for (int round = 0; round < ROUNDS; round++) {
      var order = new ArrayList<Boolean>();
      for (int i = 0; i < TRIES; i++) {
        order.add(true);
        order.add(false);
      }
      Collections.shuffle(order, new Random(round));
      long[] toForeign = new long[TRIES];
      long[] toAbsent = new long[TRIES];
      var absent = PrivateKey.generate(RANDOM).publicKey();
      measuring.measure(order, absent, toForeign, toAbsent);
      found.add(TwoSamples.of(toForeign, toAbsent));
      if (found.getLast().alike()) {
        return;
      }
    }
    throw new AssertionError(what + " tell a foreign key from none: " + found);
  }

  private void timesOfData(List<Boolean> order, PublicKey absent, long[] toForeign, long[] toAbsent)
      throws IOException {
    try (var member = new Member(a)) {
      for (int i = 0; i < 500; i++) {
        assertThat(member.timeOfData(absent)).isPositive(); // to warm up
      }
      int there = 0;
      int not = 0;
      for (boolean isForeign : order) {
        if (isForeign) {
          toForeign[there++] = member.timeOfData(foreign.publicKey());
        } else {
          toAbsent[not++] = member.timeOfData(absent);
        }
      }
    }
  }

  /// The relay answers three probes of a connection at once, then one a second, so each connection
  /// asks twice.
  private void timesOfProbes(
      List<Boolean> order, PublicKey absent, long[] toForeign, long[] toAbsent) throws IOException {
    int there = 0;
    int not = 0;
    for (int i = 0; i < order.size(); i += 2) {
      try (var member = new Member(a)) {
        for (boolean isForeign : order.subList(i, i + 2)) {
          if (isForeign) {
            toForeign[there++] = member.timeOfProbe(foreign.publicKey());
          } else {
            toAbsent[not++] = member.timeOfProbe(absent);
          }
        }
      }
    }
  }

  @Test
  void aRemovedNodeIsDisconnectedWithinASecond() throws Exception {
    try (var member = new Member(b)) {
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
