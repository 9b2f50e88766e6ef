package dev.adit.relay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.core.admission.AllowList;
import dev.adit.core.admission.OpenAdmission;
import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.core.derp.DerpCounter;
import dev.adit.core.derp.DropReason;
import dev.adit.core.derp.PacketKind;
import dev.adit.core.stun.StunCounter;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.SelfSigned;
import dev.adit.net.Clock;
import dev.adit.net.frontdoor.FrontDoor;
import dev.adit.net.frontdoor.FrontDoorConfig;
import dev.adit.net.frontdoor.RequestRoutes;
import dev.adit.net.metrics.Metric;
import dev.adit.net.metrics.Readings;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.control.RelayDescription;
import dev.adit.wire.control.Sha256;
import dev.adit.wire.derp.ServerInfo;
import dev.adit.wire.stun.StunMessage;
import dev.adit.wire.stun.TransactionId;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RelayTest {
  private static final Endpoint LOOPBACK = Endpoint.literal("127.0.0.1:0");

  private final SecureRandom random = new SecureRandom();
  private final PrivateKey a = PrivateKey.generate(random);
  private final PrivateKey b = PrivateKey.generate(random);
  private final PrivateKey stranger = PrivateKey.generate(random);
  private final AllowList allowed = new AllowList(Set.of(a.publicKey(), b.publicKey()));
  private final SelfSigned certificate =
      SelfSigned.create(random, Clock.SYSTEM.wall(), List.of("relay"), List.of("127.0.0.1"));

  @TempDir Path folder;
  private Relay relay;
  private FrontDoor door;

  @BeforeEach
  void starts() throws IOException {
    relay = Relay.open(config(folder), allowed, Clock.SYSTEM, random);
    var tls = new FrontDoorConfig.Tls(certificate.privateKeyPem(), certificate.certificatePem());
    var config = new FrontDoorConfig(List.of(LOOPBACK), tls, 2, 1000, 1000, 30);
    door = FrontDoor.start(config, relay.addTo(new RequestRoutes()));
  }

  @AfterEach
  void stops() {
    relay.close();
    door.close();
  }

  @Test
  void carriesPacketsBetweenTwoClients() throws Exception {
    try (var first = admitted(a);
        var second = admitted(b)) {
      first.send(b.publicKey(), "hello".getBytes(UTF_8));
      assertThat(received(second)).isEqualTo("hello");
      second.send(a.publicKey(), "and back".getBytes(UTF_8));
      assertThat(received(first)).isEqualTo("and back");
      assertThat(relay.metrics().value(DerpCounter.PACKETS_SENT)).isEqualTo(2);
      assertThat(relay.metrics().value(DerpCounter.CONNECTIONS)).isEqualTo(2);
      first.ping();
      assertThat(first.next()).isInstanceOf(Event.PingAnswered.class);
    }
  }

  @Test
  void carriesPacketsOfEverySizeUnchanged() throws Exception {
    try (var first = admitted(a);
        var second = admitted(b)) {
      for (int size : new int[] {0, 1, 148, 1420, 16_400, 65_536}) {
        byte[] packet = new byte[size];
        new Random(size).nextBytes(packet);
        first.send(b.publicKey(), packet);
        assertThat(second.next())
            .isInstanceOfSatisfying(
                Event.Received.class,
                event -> {
                  assertThat(event.source()).isEqualTo(a.publicKey());
                  assertThat(event.packet()).isEqualTo(packet);
                });
      }
    }
  }

  @Test
  void losesNothingWhenBothSidesKeepPace() throws Exception {
    int rounds = 500;
    try (var first = admitted(a);
        var second = admitted(b);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Integer> echo =
          () -> {
            int echoed = 0;
            while (echoed < rounds && second.next() instanceof Event.Received event) {
              second.send(event.source(), event.packet());
              echoed++;
            }
            return echoed;
          };
      var other = threads.submit(echo);
      for (int i = 0; i < rounds; i++) {
        byte[] packet = new byte[1280];
        packet[0] = (byte) i;
        first.send(b.publicKey(), packet);
        assertThat(first.next())
            .isInstanceOfSatisfying(
                Event.Received.class, event -> assertThat(event.packet()).isEqualTo(packet));
      }
      assertThat(other.get()).isEqualTo(rounds);
    }
  }

  @Test
  void endsTheConnectionOfAStrangerWithoutAWord() throws Exception {
    try (var client = TestClient.connect(address(), stranger, relay.key())) {
      assertThat(client.next()).isNull();
    }
    assertThat(relay.metrics().value(DerpCounter.NOT_ADMITTED)).isEqualTo(1);
  }

  @Test
  void endsTheConnectionOfAClientThatIsNoLongerAllowed() throws Exception {
    try (var first = admitted(a);
        var second = admitted(b)) {
      second.send(a.publicKey(), "hello".getBytes(UTF_8));
      assertThat(received(first)).isEqualTo("hello");
      allowed.replace(Set.of(a.publicKey()));
      assertThat(relay.awaitRevoked(Duration.ofSeconds(10))).isTrue();
      assertThat(relay.clients()).hasSize(1);
      assertThat(second.next()).isNull();
      assertThat(first.next()).isEqualTo(new Event.PeerGone(b.publicKey(), true));
    }
    assertThat(relay.metrics().value(DerpCounter.REVOKED)).isEqualTo(1);
  }

  @Test
  void tellsAClientWhoseProbeFindsNobody() throws Exception {
    try (var first = admitted(a)) {
      byte[] probe = Arrays.copyOf(new byte[] {(byte) 0xf5, 0x61, 0x64, 0x70}, 60);
      first.send(b.publicKey(), probe);
      assertThat(first.next()).isEqualTo(new Event.PeerGone(b.publicKey(), false));
    }
  }

  @Test
  void cutsAClientThatDoesNotRead() throws Exception {
    try (var first = admitted(a);
        var second = admitted(b)) {
      // Until the kernel's buffers are full and the relay's queue drops.
      byte[] packet = new byte[65_536];
      while (relay.metrics().value(DerpCounter.WRITE_TIMEOUTS) == 0) {
        first.send(b.publicKey(), packet);
      }
      assertThat(relay.metrics().value(DropReason.QUEUE_HEAD)).isPositive();
      first.ping();
      assertThat(first.next()).isInstanceOf(Event.PingAnswered.class);
      assertThat(second.socket.isConnected()).isTrue();
    }
  }

  @Test
  void measuresHowFarAwayItsClientsAre() throws Exception {
    try (var _ = admitted(a);
        var _ = relay.measureRoundTrips(Duration.ofMillis(5))) {
      long until = System.nanoTime() + 20_000_000_000L;
      while (roundTrips() < 3) {
        assertThat(System.nanoTime()).isLessThan(until);
        Thread.onSpinWait();
      }
    }
  }

  /// Below ten milliseconds, for it is this machine.
  private double roundTrips() {
    return Readings.of(List.of(relay.metrics()))
        .value("adit_derp_client_round_trip_seconds", "0.01");
  }

  @Test
  void drainsByAskingClientsToComeBackAndThenEndsThem() throws Exception {
    try (var first = admitted(a);
        var second = admitted(b)) {
      var drained =
          Executors.callable(() -> {
            try {
              relay.drain(Duration.ofMillis(500), Duration.ofSeconds(30));
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        var done = threads.submit(drained);
        for (var client : List.of(first, second)) {
          assertThat(client.next())
              .isInstanceOfSatisfying(
                  Event.Restarting.class,
                  event -> {
                    assertThat(event.reconnectInMillis()).isBetween(0L, 249L);
                    assertThat(event.tryForMillis()).isEqualTo(30_000);
                  });
        }
        first.leave(); // one goes by itself, the other does not know what that means
        assertThat(second.next()).isEqualTo(null);
        done.get();
      }
      assertThatThrownBy(() -> TestClient.connect(address(), a, relay.key()))
          .isInstanceOf(IOException.class);
    }
    assertThat(relay.metrics().value(DerpCounter.RESTARTED)).isEqualTo(1);
  }

  @Test
  void knowsItsClientsAndThatItsTablesFitTogether() throws Exception {
    try (var first = admitted(a);
        var twin = admitted(a);
        var second = admitted(b)) {
      second.send(a.publicKey(), "hello".getBytes(UTF_8));
      assertThat(received(twin)).isEqualTo("hello");
      second.ping(); // its answer leaves when what was read before has been counted
      assertThat(second.next()).isInstanceOf(Event.PingAnswered.class);
      assertThat(relay.check()).isEmpty();
      assertThat(relay.clients())
          .extracting(facts -> facts.key() + " " + facts.active() + " " + facts.bytesReceived())
          .containsExactlyInAnyOrder(
              a.publicKey() + " false 0", a.publicKey() + " true 0", b.publicKey() + " true 5");
      assertThat(relay.router().closePeer(a.publicKey())).isEqualTo(2);
      assertThat(first.next()).isNull();
      assertThat(twin.next()).isNull();
    }
  }

  @Test
  void answersStun() throws Exception {
    var server = relay.stunEndpoints().getFirst();
    try (var socket = new DatagramSocket()) {
      socket.setSoTimeout(10_000);
      socket.connect(
          new InetSocketAddress(InetAddress.getByAddress(server.address().bytes()), server.port()));
      var id = TransactionId.random(random);
      byte[] request = StunMessage.request(id).encode();
      socket.send(new DatagramPacket(request, request.length));
      var packet = new DatagramPacket(new byte[500], 500);
      socket.receive(packet);
      var answer = StunMessage.decode(packet.getData(), 0, packet.getLength());
      assertThat(answer.id()).isEqualTo(id);
      assertThat(answer.mapped())
          .isEqualTo(new Endpoint(IpAddress.literal("127.0.0.1"), socket.getLocalPort()));
    }
    assertThat(relay.metrics().value(StunCounter.ANSWERED)).isEqualTo(1);
    var readings = Readings.of(List.of(relay.metrics()));
    assertThat(readings.value("adit_stun_answers_total", "full")).isEqualTo(1);
    assertThat(readings.value("adit_stun_answers_total", "short")).isZero();
  }

  @Test
  void describesItself() throws Exception {
    var description = relay.description();
    assertThat(description.key()).isEqualTo(relay.key());
    assertThat(description.tcp()).isEqualTo(8443);
    assertThat(description.udp()).containsExactly(relay.stunEndpoints().getFirst().port());
    assertThat(description.capabilities()).containsExactly("derp", "stun");
    assertThat(RelayDescription.parseAll(description.json())).containsExactly(description);
  }

  @Test
  void keepsItsKeyToItselfAndForEver(@TempDir Path other) throws Exception {
    var first = Relay.open(config(other), new OpenAdmission(), Clock.SYSTEM, random);
    first.close();
    Path file = other.resolve("derp.key");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    var second = Relay.open(config(other), new OpenAdmission(), Clock.SYSTEM, random);
    second.close();
    assertThat(second.key()).isEqualTo(first.key());
    Files.writeString(file, "no key");
    assertThatThrownBy(() -> Relay.open(config(other), new OpenAdmission(), Clock.SYSTEM, random))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString());
    assertThat(file).hasContent("no key");
  }

  @Test
  void endsEveryConnectionWhenItCloses() throws Exception {
    try (var first = admitted(a)) {
      relay.close();
      assertThat(first.next()).isNull();
    }
    door.close();
    assertThat(relay.metrics().value(DerpCounter.CONNECTIONS)).isZero();
  }

  @Test
  void readsEachOfItsCountersOnceFromTheStart() {
    var readings = Readings.of(List.of(relay.metrics()));
    int values = 0;
    for (var metric : readings.metrics()) {
      assertThat(metric.help()).endsWith(".");
      for (var sample : metric.samples()) {
        assertThat(sample.value()).as(metric.name() + sample.labels()).isZero();
        values++;
      }
    }
    int drops = 2 * DropReason.values().length * PacketKind.values().length;
    int mesh =
        2 + MeshCounter.values().length; // with the links there are, and those there are to be
    int roundTrips = 8 + 1; // ranges of the histogram, and those not known
    int counters = DerpCounter.values().length + StunCounter.values().length;
    assertThat(values).isEqualTo(counters + mesh + roundTrips + drops);
    assertThat(readings.metrics().stream().map(Metric::name)).doesNotHaveDuplicates();
  }

  private RelayConfig config(Path folder) {
    return new RelayConfig(
        folder,
        "r1",
        "test",
        901,
        List.of("relay.example"),
        List.of(IpAddress.literal("127.0.0.1")),
        8443,
        List.of(Sha256.of(certificate.spkiPin())),
        List.of(LOOPBACK),
        List.of());
  }

  private Endpoint address() {
    return door.listening().getFirst();
  }

  private TestClient admitted(PrivateKey key) throws Exception {
    var client = TestClient.connect(address(), key, relay.key());
    assertThat(client.next()).isEqualTo(new Event.Admitted(ServerInfo.OURS));
    return client;
  }

  private static String received(TestClient client) throws IOException {
    return client.next() instanceof Event.Received event
        ? new String(event.packet(), UTF_8)
        : "nothing";
  }
}
